"""Bring the sections of a file into a temporary table, in one COPY."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import psycopg

from tooling.catalog.dictionary import Dictionary
from tooling.catalog.report import Finding
from tooling.catalog.sections import Sections

# `storage plain`: compressing a document that is read once more only costs time.
_TABLES = """
create temp table staged_sections (
    shape            text,
    shape_type       text,
    edi_label        text,
    metric_label     text,
    has_special_note boolean,
    dimensions       jsonb storage plain,
    properties       jsonb storage plain,
    doubts           text[],
    sheet            text,
    source_row       integer
) on commit drop;
create temp table staged_sheets (
    sheet text,
    us    text[],
    si    text[]
) on commit drop
"""
_COPY = "copy pg_temp.staged_sections from stdin"
_NULL = r"\N"
_PIECE = 200


def stage(
    connection: psycopg.Connection[Any],
    sheets: Sequence[Sections],
    findings: Iterable[Finding],
    dictionary: Dictionary,
) -> int:
    """Fill pg_temp.staged_sections, leaving rejected rows out, and pg_temp.staged_sheets.

    Returns how many rows were staged. Needs an open transaction; both tables go with it.
    """
    rejected: set[tuple[str, int]] = set()
    doubts: dict[tuple[str, int], list[str]] = {}
    for finding in findings:
        place = (finding.sheet, finding.row)
        if finding.is_rejected:
            rejected.add(place)
        else:
            doubts.setdefault(place, []).append(finding.message)
    connection.execute(_TABLES)
    count = 0
    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            for sheet in sheets:
                lines = _lines(sheet, dictionary, rejected, doubts)
                # In pieces, so that the server parses one while the next is made.
                while piece := list(islice(lines, _PIECE)):
                    count += len(piece)
                    copy.write("".join(piece))
        cursor.executemany(
            "insert into pg_temp.staged_sheets (sheet, us, si) values (%s, %s, %s)",
            [
                (sheet.sheet, list(sheet.values.get("us", ())), list(sheet.values.get("si", ())))
                for sheet in sheets
            ],
        )
        cursor.execute("analyze pg_temp.staged_sections (shape, sheet)")
    return count


def _lines(
    sheet: Sections,
    dictionary: Dictionary,
    rejected: set[tuple[str, int]],
    doubts: dict[tuple[str, int], list[str]],
) -> Iterator[str]:
    name = _text(sheet.sheet)
    dimensions = _documents(sheet, dictionary, "dimension")
    properties = _documents(sheet, dictionary, "property")
    columns = zip(
        sheet.rows,
        sheet.shapes,
        sheet.types,
        sheet.edi_labels,
        sheet.metric_labels,
        sheet.notes,
        dimensions,
        properties,
        strict=True,
    )
    for row, shape, kind, edi, metric, note, dimension, prop in columns:
        if (sheet.sheet, row) in rejected:
            continue
        doubt = _array(doubts.get((sheet.sheet, row), ()))
        flag = _NULL if note is None else str(note)
        yield (
            f"{_text(shape)}\t{kind}\t{_text(edi)}\t{_text(metric)}\t{flag}"
            f"\t{dimension}\t{prop}\t{doubt}\t{name}\t{row}\n"
        )


def _documents(sheet: Sections, dictionary: Dictionary, category: str) -> list[str]:
    """Return a JSON object a row: {"us":{"d":14},"si":{"d":356}}. Literals are valid JSON."""
    definitions = dictionary.definitions
    systems = []
    for units, values in sheet.values.items():
        symbols = [symbol for symbol in values if definitions[symbol].category == category]
        if not symbols:
            continue
        keys = [f'"{symbol}":' for symbol in symbols]
        rows = zip(*(values[symbol] for symbol in symbols), strict=True)
        systems.append(
            [
                f'"{units}":{{'
                + ",".join([key + text for key, text in zip(keys, row, strict=True) if text])
                + "}"
                for row in rows
            ]
        )
    if not systems:
        return ["{}"] * len(sheet.rows)
    return ["{" + ",".join(parts) + "}" for parts in zip(*systems, strict=True)]


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
