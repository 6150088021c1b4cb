"""Running a whole file in one transaction, to see what its statements inherit, and their order."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pgproof.connection import connect
from pgproof.files.script import Script
from pgproof.files.statement import Statement
from pgproof.run.failure import SqlFailureError
from pgproof.run.session import Session
from pgproof.trace.alone import IMMEDIATE
from pgproof.trace.holders import Holders, run_held
from pgproof.trace.relations import Pair, Snapshot, held


@dataclass
class Taken:
    """The locks that one statement of a transaction adds: in order, and as held at its end."""

    order: list[Pair] = field(default_factory=list)
    held: set[Pair] = field(default_factory=set)


@dataclass
class Whole:
    """What each statement of a file takes, by number; `failure` is where its transaction fails."""

    taken: dict[int, Taken] = field(default_factory=dict)
    failure: SqlFailureError | None = None


def whole(
    session: Session,
    conninfo: str,
    script: Script,
    names: Snapshot,
    watched: Callable[[Statement], Sequence[int]],
) -> Whole:
    """Run a file in one transaction, without committing it.

    `watched` names the relations that other sessions hold while a statement begins.
    """
    found = Whole()
    with (
        closing(connect(conninfo, autocommit=True)) as observer,
        closing(Holders(conninfo, observer)) as holders,
    ):
        try:
            session.run("begin")
            for statement in script.statements:
                wanted = watched(statement)
                found.taken[statement.number] = _taken(
                    session, observer, holders, script, statement, names, wanted
                )
            session.execute(script, None, IMMEDIATE)
        except SqlFailureError as error:
            found.failure = error
    return found


def _taken(
    session: Session,
    observer: psycopg.Connection[Any],
    holders: Holders,
    script: Script,
    statement: Statement,
    names: Snapshot,
    watched: Sequence[int],
) -> Taken:
    before = held(observer, session.pid)
    touched = {oid for oid, _ in before}
    free = [names[oid] for oid in watched if oid in names and oid not in touched]
    order, _ = run_held(session, script, statement, holders, free)
    return Taken(order, held(observer, session.pid) - before)
