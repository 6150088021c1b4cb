"""Whether the objects of the database are those that its migrations make."""

from collections.abc import Iterator

from pgproof.drift.drift import Drifted, drift
from tooling.deploy.findings import Check, Connection, Finding, Given, error, warning
from tooling.deploy.migrator import as_migrator, prepared
from tooling.errors import InputError, RefusedError

_SHOWN = 10


def _look(_connection: Connection, given: Given) -> Iterator[Finding]:
    try:
        found = drift(
            as_migrator(given.conninfo or None, given.settings),
            given.settings,
            given.scratch,
            lambda scratch: prepared(scratch, given.settings),
        )
    except (InputError, RefusedError) as failed:
        yield warning(f"not checked: {failed.message}", failed.hint or "See the message.")
        return
    for one in found.differences[:_SHOWN]:
        yield error(_said(one), "Bring it in by a migration, or undo it; see `tooling drift`.")
    if len(found.differences) > _SHOWN:
        more = len(found.differences) - _SHOWN
        yield error(f"and {more} objects more", "`tooling drift` shows them all.")


def _said(one: Drifted) -> str:
    what = one.difference
    changes = ", ".join(change.attribute for change in what.changes)
    return f"{what.kind} {what.name} is {what.state}{f': {changes}' if changes else ''}"


CHECK = Check("schema", "Objects as the migrations make them, and no others.", _look)
