"""Load seeds/reference: the facts that are part of the product, each in one csv file."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from tooling.catalog import imports, versions
from tooling.catalog.given import require_day
from tooling.catalog.reading import sha256
from tooling.catalog.reference import load_table
from tooling.catalog.report import Change, Report
from tooling.catalog.tables import (
    CODE_REFERENCES,
    MATERIALS,
    PROPERTY_DEFINITIONS,
    SOIL_CLASSES,
    CsvFile,
    Record,
    read_csv,
)

_CONSTANTS = CsvFile(
    "calibration_constants.csv",
    ("name", "version", "value", "unit", "description", "source", "effective_from"),
    ("effective_to",),
)
_PRICES = CsvFile(
    "pricing_configs.csv",
    ("item_code", "version", "price_usd", "description", "category", "effective_from"),
    ("effective_to",),
)
_NOUNS = {_CONSTANTS.name: versions.CONSTANT, _PRICES.name: versions.PRICE}
_TABLES = (PROPERTY_DEFINITIONS, MATERIALS, SOIL_CLASSES, CODE_REFERENCES)
_FILES = (
    *(PROPERTY_DEFINITIONS.file, _CONSTANTS, _PRICES, MATERIALS.file, SOIL_CLASSES.file),
    CODE_REFERENCES.file,
)


@dataclass(frozen=True)
class SeedReport:
    """What each file held; `superseded` names what ended an earlier version.

    `noted` are names that are new among others, and versions that were corrected or withdrawn.
    """

    files: tuple[Report, ...]
    superseded: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    is_dry_run: bool = False

    def count(self, what: str) -> int:
        """Return how many rows were `inserted`, `changed` or `unchanged`."""
        return sum(getattr(report, what) for report in self.files)

    def lines(self) -> list[str]:
        """Return the report in sentences."""
        verb = "would be " if self.is_dry_run else ""
        lines = []
        for file in self.files:
            lines.append(
                f"{file.file_name}: {file.inserted} {verb}inserted, {file.changed} {verb}changed,"
                f" {file.unchanged} unchanged"
            )
            lines += [f"  {change}" for change in file.changes]
        return [*lines, *self.superseded, *self.noted]

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            **{what: self.count(what) for what in ("inserted", "changed", "unchanged")},
            "superseded": list(self.superseded),
            "noted": list(self.noted),
            "dry_run": self.is_dry_run,
            "files": [report.as_dict() for report in self.files],
        }


def load(connection: psycopg.Connection[Any], folder: Path, *, dry_run: bool = False) -> SeedReport:
    """Load every file of the folder in one transaction.

    A constant or price version that is published already stays: a row that would change it is
    refused, and one that was corrected or withdrawn since is left out. With `dry_run`, and on any
    error, nothing is written. Raises InputError for a bad file, RefusedError for what the database
    refuses, each with file and line.
    """
    records = {file.name: list(read_csv(folder / file.name, file)) for file in _FILES}
    reports: list[Report] = []
    superseded: list[str] = []
    noted: list[str] = []
    with connection.transaction(force_rollback=dry_run):
        imports.begin(connection)
        for file in _FILES:
            path, rows = folder / file.name, records[file.name]
            reports.append(_load_file(connection, path, rows, superseded, noted))
        imports.seal(connection)
    files = tuple(reports)
    return SeedReport(files, tuple(superseded), tuple(noted), dry_run)


def is_current(connection: psycopg.Connection[Any], folder: Path) -> bool:
    """Tell whether the newest seed of each file had its present content. Writes nothing; cheap."""
    newest = dict(
        imports.ask(
            connection,
            "select distinct on (file_name) file_name, file_sha256 from catalog.imports"
            " where kind = 'seed' order by file_name, imported_at desc, import_id desc",
        )
    )
    return all(newest.get(file.name) == sha256(folder / file.name) for file in _FILES)


def _load_file(
    connection: psycopg.Connection[Any],
    path: Path,
    records: list[Record],
    superseded: list[str],
    noted: list[str],
) -> Report:
    if path.name in _NOUNS:
        return _publish(connection, path, records, superseded, noted)
    table = next(table for table in _TABLES if table.file.name == path.name)
    return load_table(connection, path, table, records, kind="seed", keep_changes=True)


def _publish(
    connection: psycopg.Connection[Any],
    path: Path,
    records: list[Record],
    superseded: list[str],
    noted: list[str],
) -> Report:
    noun = _NOUNS[path.name]
    columns = next(file for file in _FILES if file.name == path.name).columns
    known = versions.names(connection, noun)
    is_first = not known
    outcomes: list[str] = []
    changes: list[Change] = []
    for record in records:
        given = dict(zip(("object", *columns[1:]), record.values, strict=True))
        _require_days(path, record, given)
        name = f"{record.values[0]} {record.values[1]}"
        is_new = record.values[0] not in known
        try:
            since = versions.changed_since(connection, noun, given)
            if since:
                outcome = "unchanged"
                noted.append(f"{name} {since}; the file has what it was before")
            else:
                outcome = versions.publish(
                    connection, noun, given, is_new=is_new, changes_fixed=False
                )
        except psycopg.Error as error:
            refused = versions.refused(error, f"{path.name}, line {record.row}: ")
            if refused:
                raise refused from error
            raise
        outcomes.append(outcome)
        known.add(str(record.values[0]))
        if outcome == "closed":
            changes.append(Change(name, None, "effective_to", None, record.values[-1]))
        if outcome == "superseded":
            superseded.append(f"{name} supersedes the version before it")
        if outcome == "published" and is_new and not is_first:
            noted.append(f"{name} is a new {noun.name}")
    report = Report(
        file_name=path.name,
        sha256=sha256(path),
        sheets=(path.name,),
        read=len(records),
        inserted=outcomes.count("published") + outcomes.count("superseded"),
        changed=outcomes.count("closed"),
        unchanged=outcomes.count("unchanged"),
        changes=tuple(changes),
    )
    if report.unchanged == report.read and imports.is_newest_seed(connection, report):
        return report
    imports.record(connection, "seed", report)
    return replace(report, is_recorded=True)


def _require_days(path: Path, record: Record, given: dict[str, str | None]) -> None:
    for column in ("effective_from", "effective_to"):
        text = given[column]
        if text is not None:
            require_day(f"{path.name}, row {record.row}, column {column}", text)
