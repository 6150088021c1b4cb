"""Whether a run may begin: what it runs is covered by a review, where the settings want one."""

import psycopg

from pgproof.catalogue import snapshot
from pgproof.catalogue.snapshot import Objects
from pgproof.catalogue.statement import MAJOR
from pgproof.errors import Exit, PgproofError
from pgproof.ledger import compare, recording
from pgproof.ledger.reader import Reader
from pgproof.reviewed.check import Run, covering
from pgproof.run.options import Options
from pgproof.run.repeatable import repeatables

_LONGEST = 255
"""Characters of a comment in yoyo's log."""


def note(reader: Reader, work: compare.Work, options: Options) -> str | None:
    """Return what the ledger notes of each file: the review that covers it, or why none does.

    None where no review is wanted. Raises PgproofError (UNREVIEWED).
    """
    if options.unreviewed is not None:
        return f"unreviewed: {' '.join(options.unreviewed.split())}"[:_LONGEST]
    if not reader.settings.require_reviewed:
        return None
    state = reader.known.state
    before, after = repeatables(reader.settings, reader.folder)
    due = {
        one.name: one.script.raw_sha256
        for one in (*before, *after)
        if work.pending or one.is_due(state)
    }
    if not work.pending and not due:
        return None
    found = covering(
        Run(
            work.pending,
            due,
            state,
            reader.settings,
            lambda: _found(reader),
            lambda: _recorded(reader),
        )
    )
    return f"reviewed: {found.digest}"


def _found(reader: Reader) -> Objects:
    try:
        return snapshot.take(reader.connection, reader.ledger.schema).objects
    except psycopg.errors.LockNotAvailable as error:
        raise PgproofError(
            "the schema cannot be compared with the one reviewed: a definition is locked",
            hint="Run the same command again when the other session has ended.",
            exit_code=Exit.LOCKED,
        ) from error


def _recorded(reader: Reader) -> Objects | None:
    if not reader.server.has_ledger or not recording.is_there(reader.connection, reader.ledger):
        return None
    major = reader.connection.info.server_version // MAJOR
    owner = reader.server.owner if reader.server.may_take_owner else None
    rows = recording.read(reader.connection, reader.ledger, major, owner)
    if rows is None:
        return None
    return {(kind, name): definition for kind, name, definition, _ in rows}
