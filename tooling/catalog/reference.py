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


def load_table(
    connection: psycopg.Connection[Any],
    path: Path,
    table: ReferenceTable,
    records: Sequence[Record],
    *,
    kind: str,
    keep_changes: bool,
    dry_run: bool = False,
) -> Report:
    """Merge the records into the table, inside the caller's transaction that may write.

    Rows that differ from the table's replace them only with `keep_changes`.
    """
    outcome = rows.compare(connection, table, records)
    report = Report(
        file_name=path.name,
        sha256=sha256(path),
        edition=None,
        grade=None,
        sheets=(path.name,),
        read=len(records),
        inserted=outcome.inserted,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        rejected=0,
        is_kept=keep_changes or not outcome.changed,
        is_dry_run=dry_run,
        changes=outcome.changes,
    )
    has_rows = outcome.inserted or (outcome.changed and keep_changes)
    if dry_run or not (has_rows or not imports.is_newest(connection, kind, report)):
        return report
    rows.write(
        connection, table, imports.record(connection, kind, report), keep_changes=keep_changes
    )
    return replace(report, is_recorded=True)


def load_definitions(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Load property_definitions.csv alone, inside the caller's transaction that may write."""
    path = folder / PROPERTY_DEFINITIONS.file.name
    records = list(read_csv(path, PROPERTY_DEFINITIONS.file))
    load_table(connection, path, PROPERTY_DEFINITIONS, records, kind="seed", keep_changes=True)
