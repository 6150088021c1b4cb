"""Import clauses of engineering codes from csv or json into catalog.code_references."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tooling.catalog import delimited, imports
from tooling.catalog.reading import check_file
from tooling.catalog.reference import load_table
from tooling.catalog.report import Report
from tooling.catalog.tables import CODE_REFERENCES, CsvFile, Record, checked_records
from tooling.errors import InputError

_FILE = CsvFile("clauses", ("code", "section", "title", "application"), ("formula", "source"))
_ORDER = CODE_REFERENCES.file.columns
_DASHES = re.compile("[\u2010-\u2015\u2212]")
# Control characters less tab and new line, and halves of surrogate pairs: none is a text's.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# The spelling that the catalog has of a code or number, by that of the file.
_STORED = """
select given.name, catalog.code_key(given.name),
       (select min(stored.{column}) from catalog.code_references as stored
         where catalog.code_key(stored.{column}) = catalog.code_key(given.name))
  from unnest(%s::text[]) with ordinality as given (name, place)
 order by given.place
"""


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
    rows = _rows(path)
    with connection.transaction(force_rollback=dry_run):
        imports.begin(connection)
        records = _records(connection, path, rows)
        report = load_table(
            connection, path, CODE_REFERENCES, records, kind="asce", keep_changes=keep_changes
        )
        imports.seal(connection)
    return replace(report, is_dry_run=True, is_recorded=False) if dry_run else report


def _rows(path: Path) -> list[Record]:
    check_file(path)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        header, *body = delimited.parse(path.read_bytes(), str(path)) or [[]]
        rows = list(checked_records(path.name, [name.strip() for name in header], body, _FILE))
    elif suffix == ".json":
        rows = list(_from_json(path))
    else:
        raise InputError(
            f"{path}: not csv or json", hint="Give the clauses in one of these formats."
        )
    if not rows:
        raise InputError(f"{path}: holds no clauses")
    for row in rows:
        for name, value in zip(_FILE.columns, row.values, strict=True):
            if wrong := _NO_TEXT.search(value or ""):
                raise InputError(
                    f"{path.name}, row {row.row}, column {name}: U+{ord(wrong[0]):04X} is no"
                    " character of a text",
                    hint="Remove it from the file.",
                )
    return rows


def _records(connection: psycopg.Connection[Any], path: Path, rows: list[Record]) -> list[Record]:
    """Return the records in order of the table, codes and numbers as the catalog spells them."""
    named = [dict(zip(_FILE.columns, row.values, strict=True)) for row in rows]
    for column in ("code", "section"):
        for values, stored in zip(named, _spelled(connection, column, named), strict=True):
            values[column] = stored
    found: dict[tuple[str | None, ...], int] = {}
    records = []
    for row, values in zip(rows, named, strict=True):
        key = (values["code"], values["section"])
        if (first := found.setdefault(key, row.row)) != row.row:
            raise InputError(
                f"{path.name}, row {row.row}: {key[0]} {key[1]} is given twice,"
                f" first in row {first}",
                hint="Remove one of them.",
            )
        values["source"] = values["source"] or path.name
        records.append(Record(row.row, tuple(values[column] for column in _ORDER)))
    return records


def _spelled(
    connection: psycopg.Connection[Any], column: str, named: list[dict[str, str | None]]
) -> list[str]:
    """Return the code or number of each clause in the catalog's spelling, else the file's first."""
    clean = [_clean(values[column] or "") for values in named]
    query = sql.SQL(_STORED).format(column=sql.Identifier(column))
    first: dict[str, str] = {}
    return [
        first.setdefault(key, stored or name)
        for name, key, stored in imports.ask(connection, query, [clean])
    ]


def _clean(name: str) -> str:
    return _DASHES.sub("-", " ".join(unicodedata.normalize("NFKC", name).split()))


class _Object:
    """An object of JSON with all of its pairs: a name that stands twice is not lost."""

    def __init__(self, pairs: list[tuple[str, Any]]):
        self.pairs = pairs


def _from_json(path: Path) -> Iterator[Record]:
    text = delimited.decode(path.read_bytes(), str(path))
    try:
        document = json.loads(text, object_pairs_hook=_Object)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON: {error}") from error
    if not isinstance(document, list):
        raise InputError(
            f"{path}: not a list of clauses",
            hint='Write [{"code": …, "section": …, "title": …, "application": …}, …].',
        )
    for number, item in enumerate(document, 1):
        where = f"{path.name}, row {number}"
        if not isinstance(item, _Object):
            raise InputError(f"{where}: not an object")
        names = [name for name, _ in item.pairs]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise InputError(f"{where}: {twice!a} is given twice", hint="Remove one of them.")
        for name, value in item.pairs:
            if value is not None and not isinstance(value, str):
                raise InputError(f"{where}, column {ascii(name)[1:-1]}: not a string")
        cells = [value or "" for _, value in item.pairs]
        yield from checked_records(path.name, names, [cells], _FILE, first_row=number)
