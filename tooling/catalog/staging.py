"""Bring the sections of a file into the database, in one COPY."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import psycopg

from tooling.catalog.checking import Checked
from tooling.catalog.dictionary import Dictionary

# `storage plain`: compressing a document that is read once more only costs time.
_TABLES = """
create temp table staged_sections (
    material_id      uuid,
    shape            text,
    shape_type       text,
    edi_label        text,
    metric_label     text,
    has_special_note boolean,
    dimensions       jsonb storage plain,
    properties       jsonb storage plain,
    doubts           text[],
    doubted          text[],
    set_apart        jsonb,
    sheet            text,
    source_row       integer,
    si_place         jsonb,
    columns          integer
) on commit drop;
create temp table staged_columns (
    columns integer,
    us      text[],
    si      text[]
) on commit drop
"""
_STAGE = "copy pg_temp.staged_sections from stdin"
_NULL = r"\N"
_PIECE = 200

Columns = tuple[tuple[str, ...], tuple[str, ...]]


def stage(
    connection: psycopg.Connection[Any], kept: Sequence[Checked], dictionary: Dictionary
) -> None:
    """Fill pg_temp.staged_sections and pg_temp.staged_columns.

    The columns of a section are the symbols that its file has, whether or not they have a value.
    Needs an open transaction; both tables go with it.
    """
    connection.execute(_TABLES)
    columns: dict[Columns, int] = {}
    lines = _lines(kept, dictionary, columns)
    with connection.cursor() as cursor, cursor.copy(_STAGE) as copy:
        # In pieces, so that the server parses one while the next is made.
        while piece := list(islice(lines, _PIECE)):
            copy.write("".join(piece))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into pg_temp.staged_columns (columns, us, si) values (%s, %s, %s)",
            [(number, list(us), list(si)) for (us, si), number in columns.items()],
        )
        cursor.execute("analyze pg_temp.staged_sections (shape, material_id, columns)")


def _lines(
    kept: Iterable[Checked], dictionary: Dictionary, columns: dict[Columns, int]
) -> Iterator[str]:
    categories = {symbol: one.category for symbol, one in dictionary.definitions.items()}
    for one in kept:
        entry, place = one.entry, one.entry.main
        us, si = (entry.places.get(units) for units in ("us", "si"))
        stated = (tuple(us.columns) if us else (), tuple(si.columns) if si else ())
        elsewhere = si if si and (si.sheet, si.row) != (place.sheet, place.row) else None
        note = entry.has_special_note
        yield "\t".join(
            (
                _text(entry.material_id),
                _text(entry.shape),
                entry.type,
                _text(entry.edi_label),
                _text(entry.metric_label),
                _NULL if note is None else str(note),
                _document(entry.values, "dimension", categories),
                _document(entry.values, "property", categories),
                _array(one.doubts),
                _array(one.doubted) if one.doubted else _NULL,
                _text(_apart(one.set_apart)),
                _text(place.sheet),
                str(place.row),
                _text(_place(elsewhere.sheet, elsewhere.row) if elsewhere else None),
                f"{columns.setdefault(stated, len(columns))}\n",
            )
        )


def _place(sheet: str, row: int) -> str:
    return json.dumps({"sheet": sheet, "row": row})


def _apart(values: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return a JSON object, null for nothing. Literals are valid JSON."""
    parts = []
    for units, literals in values.items():
        members = ",".join(f'"{symbol}":{text}' for symbol, text in literals.items())
        parts.append(f'"{units}":{{{members}}}')
    return "{" + ",".join(parts) + "}" if parts else None


def _document(
    values: Mapping[str, Mapping[str, str]], category: str, categories: Mapping[str, str]
) -> str:
    """Return a JSON object: {"us":{"d":14},"si":{"d":356}}. Literals are valid JSON."""
    parts = []
    for units, literals in values.items():
        members = [f'"{s}":{text}' for s, text in literals.items() if categories[s] == category]
        if members:
            parts.append(f'"{units}":{{{",".join(members)}}}')
    return _text("{" + ",".join(parts) + "}")


def _text(value: str | None) -> str:
    if value is None:
        return _NULL
    if not value.isalnum():
        for plain, escaped in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
            value = value.replace(plain, escaped)
    return value


def _array(items: Iterable[str]) -> str:
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return _text("{" + ",".join(f'"{item}"' for item in quoted) + "}")
