"""The ledger of imports, and the right to write to the catalogs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from tooling.catalog.report import Change, Report
from tooling.database import become_owner
from tooling.errors import RefusedError

# 'catalog import' to a person reading pg_locks: only one at a time.
_LOCK = "select pg_advisory_xact_lock(hashtextextended('catalog.imports', 0))"


def ask(
    connection: psycopg.Connection[Any],
    query: LiteralString | sql.Composed,
    parameters: Sequence[object] | Mapping[str, object] = (),
) -> list[tuple[Any, ...]]:
    """Run a query and return its rows as tuples, whatever rows the connection makes."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(query, parameters).fetchall()


def begin(connection: psycopg.Connection[Any]) -> None:
    """Make the transaction one that may write to the catalogs, alone: the owner's, or by grants.

    Raises RefusedError when the database has not been migrated.
    """
    connection.execute("set local search_path = pg_catalog, pg_temp")
    become_owner(connection, local=True, required=False)
    if ask(connection, "select to_regclass('catalog.material_catalog')") == [(None,)]:
        raise RefusedError(
            "the database has no catalog tables", hint="Apply the migrations: tooling migrate"
        )
    connection.execute(_LOCK)


def is_recorded(connection: psycopg.Connection[Any], sha256: str) -> bool:
    """Tell whether a file of this content was imported, whatever came after. Writes nothing."""
    query = "select exists (select from catalog.imports where file_sha256 = %s)"
    return ask(connection, query, [sha256]) == [(True,)]


def has_whole_edition(connection: psycopg.Connection[Any], grade: str | None) -> bool:
    """Tell whether a whole edition of the shapes database was imported. Writes nothing."""
    query = (
        "select exists (select from catalog.imports where kind = 'aisc'"
        " and grade is not distinct from %s and is_complete is not false)"
    )
    return ask(connection, query, [grade]) == [(True,)]


def is_newest_seed(connection: psycopg.Connection[Any], report: Report) -> bool:
    """Tell whether the newest seed of this file name had the same content. Writes nothing."""
    newest = ask(
        connection,
        "select file_sha256 from catalog.imports where kind = 'seed' and file_name = %s"
        " order by imported_at desc, import_id desc limit 1",
        [report.file_name],
    )
    return newest == [(report.sha256,)]


def record(connection: psycopg.Connection[Any], kind: str, report: Report) -> object:
    """Add a row to the ledger and return its import_id."""
    kept = report.changes if report.is_kept else ()
    rows = ask(
        connection,
        "insert into catalog.imports (kind, edition, grade, file_name, file_sha256, sheets,"
        " rows_read, rows_inserted, rows_changed, rows_unchanged, rows_rejected, is_kept, changes,"
        " is_complete)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning import_id",
        [
            kind,
            report.edition,
            report.grade,
            report.file_name,
            report.sha256,
            list(report.sheets),
            report.read,
            report.inserted,
            report.changed,
            report.unchanged,
            report.rejected,
            report.is_kept,
            json.dumps([_document(change) for change in kept]),
            report.is_complete,
        ],
    )
    return rows[0][0]


def seal(connection: psycopg.Connection[Any]) -> None:
    """Record the rows that the transaction has written as imported; others are found as changed."""
    connection.execute("select ops.record_catalog_rows()")


def _document(change: Change) -> dict[str, str | None]:
    return {
        "shape": change.name,
        "units": change.units,
        "symbol": change.symbol,
        "was": change.was,
        "now": change.now,
    }
