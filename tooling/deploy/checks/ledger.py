"""Whether the ledger says that all of the folder is applied, once and whole."""

from collections.abc import Iterator

from pgproof.ahead.status import status
from tooling.deploy.findings import Check, Connection, Finding, Given, error
from tooling.deploy.migrator import as_migrator

_FINE = {"applied", "done"}
_REMEDY = {
    "partial": "Run tooling migrate again: it goes on where it stopped.",
    "edited": "Deploy the files that were applied.",
    "missing": "Deploy the files that were applied.",
    "order": "See tooling status.",
    "refused": "See tooling status; tooling migrate refuses it.",
}


def _look(_connection: Connection, given: Given) -> Iterator[Finding]:
    for row in status(as_migrator(given.conninfo or None, given.settings), given.settings).rows:
        if row.state not in _FINE:
            detail = f": {row.detail}" if row.detail else ""
            remedy = _REMEDY.get(row.state, "Run tooling migrate.")
            yield error(f"{row.id} is {row.state}{detail}", remedy)


CHECK = Check("ledger", "Migrations and repeatable files: all applied, none in part.", _look)
