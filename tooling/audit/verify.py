"""Verify the log with this program's own statements: batch by batch, each of one snapshot."""

from collections.abc import Callable
from uuid import UUID

from tooling.audit import chain, evidence, guards, projects, sight, stream
from tooling.audit.problem import Problem
from tooling.database import Connection


def verify(
    connection: Connection,
    *,
    account: UUID | None = None,
    project: UUID | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[int, list[Problem]]:
    """Return the number of events recorded in the chains, and every problem. Writes nothing.

    `progress` gets the number of events verified so far, and of all. The connection is in
    autocommit; its role is eagle_auditor. Raises RefusedError if it does not see every row. For one
    account or project, the evidence and the totals are not verified.
    """
    sight.prepare(connection)
    found = list(guards.look(connection))
    begun = chain.moment(evidence.begins(connection))
    parts = stream.batches(connection, account, project)
    done, total = 0, sum(part.events for part in parts)
    for part in parts:
        for (account_id, project_id), lines in stream.projects(connection, part, project):
            found += projects.check(account_id, project_id, lines, begun)
        done += part.events
        progress(done, total)
    if account is None and project is None:
        with sight.snapshot(connection):
            found += evidence.read(connection)
        found += evidence.totals(connection)
    return total, found
