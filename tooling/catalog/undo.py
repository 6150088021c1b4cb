"""Take back what an import wrote, as far as no later import was built on it."""

from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from tooling.catalog.imports import ask
from tooling.errors import InputError, RefusedError

_FOUND = """
select import_id, file_name, edition
  from catalog.imports
 where import_id::text like '%%' || %s
 order by imported_at
"""
_UNKNOWN, _REFUSED = "ES105", "ES106"
_SHORTEST = 6


@dataclass(frozen=True)
class Undone:
    """What undoing an import did, or would do."""

    import_id: str
    file: str
    edition: str | None
    removed: int
    restored: int
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return it in a sentence."""
        verb = "would be " if self.dry_run else ""
        title = " ".join(filter(None, (self.file, self.edition)))
        return [
            f"{title}, import {self.import_id}: {self.removed} rows {verb}removed,"
            f" {self.restored} {verb}restored"
        ]


def undo_import(
    connection: psycopg.Connection[Any], name: str, *, reason: str | None, dry_run: bool
) -> Undone:
    """Undo the import that a name, or the end of one, identifies; with `dry_run` write nothing.

    Raises InputError for a name of no import or of several, RefusedError for an import that cannot
    be undone, and says which is to be undone first.
    """
    wanted = name.strip().lower()
    is_id = len(wanted) >= _SHORTEST and wanted.replace("-", "").isalnum()
    found = ask(connection, _FOUND, [wanted]) if is_id else []
    if len(found) != 1:
        raise InputError(
            f"{name!r} names {len(found) or 'no'} import{'s' if len(found) > 1 else ''}",
            hint="Give an import_id, or its last six digits: tooling catalog imports lists them.",
        )
    import_id, file, edition = found[0]
    try:
        with connection.transaction(force_rollback=dry_run):
            connection.execute("set local search_path = pg_catalog, pg_temp")
            query = "select removed, restored from catalog.undo_import(%s, %s)"
            removed, restored = ask(connection, query, [import_id, reason])[0]
    except psycopg.Error as error:
        if error.sqlstate in (_UNKNOWN, _REFUSED):
            raise RefusedError(
                error.diag.message_primary or str(error), hint=error.diag.message_hint
            ) from error
        raise
    return Undone(str(import_id), file, edition, removed, restored, dry_run)
