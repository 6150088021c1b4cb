"""Import clauses of engineering codes from csv or json into catalog.code_references."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from tooling.catalog import delimited, imports
from tooling.catalog.reading import check_file
from tooling.catalog.reference import load_table
from tooling.catalog.report import Report
from tooling.catalog.tables import CODE_REFERENCES, CsvFile, Record, checked_records
from tooling.errors import InputError

_FILE = CsvFile("clauses", ("code", "section", "title", "application"), ("formula", "source"))
_ORDER = CODE_REFERENCES.file.columns


def import_clauses(
    connection: psycopg.Connection[Any],
    path: Path,
    *,
    keep_changes: bool = False,
    dry_run: bool = False,
) -> Report:
    """Load the clauses of a file; a clause is known by its code and section.

    A clause that differs from the catalog's is kept only with `keep_changes`. With `dry_run`, and
    on any error, nothing is written. Raises InputError with file, row and column.
    """
    records = _records(path)
    with connection.transaction(force_rollback=dry_run):
        imports.begin(connection)
        report = load_table(
            connection, path, CODE_REFERENCES, records, kind="asce", keep_changes=keep_changes
        )
        imports.seal(connection)
    return replace(report, is_dry_run=True, is_recorded=False) if dry_run else report


def _records(path: Path) -> list[Record]:
    check_file(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        header, *body = delimited.parse(path.read_bytes(), str(path)) or [[]]
        rows = checked_records(path.name, [name.strip() for name in header], body, _FILE)
    elif suffix == ".json":
        rows = _from_json(path)
    else:
        raise InputError(
            f"{path}: not csv or json", hint="Give the clauses in one of these formats."
        )
    found: dict[tuple[str | None, ...], int] = {}
    records = []
    for row in rows:
        values = dict(zip(_FILE.columns, row.values, strict=True))
        key = (values["code"], values["section"])
        if (first := found.setdefault(key, row.row)) != row.row:
            raise InputError(
                f"{path.name}, row {row.row}: {key[0]} {key[1]} is given twice,"
                f" first in row {first}",
                hint="Remove one of them.",
            )
        values["source"] = values["source"] or path.name
        records.append(Record(row.row, tuple(values[column] for column in _ORDER)))
    if not records:
        raise InputError(f"{path}: holds no clauses")
    return records


def _from_json(path: Path) -> Iterator[Record]:
    try:
        document = json.loads(delimited.decode(path.read_bytes(), str(path)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON: {error}") from error
    if not isinstance(document, list):
        raise InputError(
            f"{path}: not a list of clauses",
            hint='Write [{"code": …, "section": …, "title": …, "application": …}, …].',
        )
    for number, item in enumerate(document, 1):
        if not isinstance(item, dict):
            raise InputError(f"{path.name}, row {number}: not an object")
        for name, value in item.items():
            if value is not None and not isinstance(value, str):
                raise InputError(f"{path.name}, row {number}, column {name}: not a string")
        cells = [item[name] or "" for name in item]
        yield from checked_records(path.name, list(item), [cells], _FILE, first_row=number)
