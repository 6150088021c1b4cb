"""Load one small csv file of reference data into its table, with its ledger row."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from tooling.catalog import imports, rows
from tooling.catalog.reading import sha256
from tooling.catalog.report import Report
from tooling.catalog.tables import PROPERTY_DEFINITIONS, Record, ReferenceTable, read_csv
from tooling.errors import InputError


def load_table(
    connection: psycopg.Connection[Any],
    path: Path,
    table: ReferenceTable,
    records: Sequence[Record],
    *,
    kind: str,
    keep_changes: bool,
) -> Report:
    """Merge the records into the table, inside the caller's transaction that may write.

    Rows that differ from the table's replace them only with `keep_changes`. Raises InputError,
    naming file and row, for a value that the table does not take.
    """
    try:
        with connection.transaction():
            return _load(connection, path, table, records, kind, keep_changes)
    except psycopg.Error as error:
        if _is_about_data(error):
            raise _wrong(connection, path, table, records, error) from error
        raise


def _load(
    connection: psycopg.Connection[Any],
    path: Path,
    table: ReferenceTable,
    records: Sequence[Record],
    kind: str,
    keep_changes: bool,
) -> Report:
    outcome = rows.compare(connection, table, records)
    report = Report(
        file_name=path.name,
        sha256=sha256(path),
        sheets=(path.name,),
        read=len(records),
        inserted=outcome.inserted,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        is_kept=keep_changes or not outcome.changed,
        changes=outcome.changes,
    )
    has_rows = outcome.inserted or (outcome.changed and keep_changes)
    is_known = (
        imports.is_newest_seed(connection, report)
        if kind == "seed"
        else imports.is_recorded(connection, report.sha256)
    )
    if is_known and not has_rows:
        return report
    import_id = imports.record(connection, kind, report)
    rows.write(connection, table, import_id, keep_changes=keep_changes)
    return replace(report, is_recorded=True)


def _wrong(
    connection: psycopg.Connection[Any],
    path: Path,
    table: ReferenceTable,
    records: Sequence[Record],
    error: psycopg.Error,
) -> InputError:
    """Find the first row that fails alone, and say where it is."""
    for record in records:
        try:
            with connection.transaction(force_rollback=True):
                _load(connection, path, table, [record], "seed", True)
        except psycopg.Error as alone:
            if _is_about_data(alone):
                return InputError(f"{path.name}, row {record.row}: {alone.diag.message_primary}")
            raise
    return InputError(f"{path.name}: {error.diag.message_primary}")


def _is_about_data(error: psycopg.Error) -> bool:
    # Class 22 is a data exception, class 23 a violated constraint.
    return (error.sqlstate or "").startswith(("22", "23"))


def load_definitions(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Load property_definitions.csv alone, inside the caller's transaction that may write."""
    path = folder / PROPERTY_DEFINITIONS.file.name
    records = list(read_csv(path, PROPERTY_DEFINITIONS.file))
    load_table(connection, path, PROPERTY_DEFINITIONS, records, kind="seed", keep_changes=True)
