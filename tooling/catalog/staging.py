"""Bring the sections of a file into the database, in one COPY."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, LiteralString

import psycopg

from tooling.catalog.dictionary import Dictionary
from tooling.catalog.merging import Common
from tooling.catalog.report import Discrepancy
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
_STAGE = "copy pg_temp.staged_sections from stdin"
_ADD = """
copy catalog.material_catalog (
    shape, shape_type, edi_label, metric_label, has_special_note, dimensions, properties, doubts,
    source_sheet, source_row, kind, standard, edition, grade, source, import_id
) from stdin
"""
_NULL = r"\N"
_PIECE = 200


@dataclass(frozen=True)
class Batch:
    """The sections of a file less its rejected rows, with the doubts about the others."""

    sheets: Sequence[Sections]
    dictionary: Dictionary
    rejected: frozenset[tuple[str, int]]
    doubts: Mapping[tuple[str, int], Sequence[str]]

    @property
    def read(self) -> int:
        """How many rows the file has."""
        return sum(len(sheet.rows) for sheet in self.sheets)

    @property
    def accepted(self) -> int:
        """How many rows are not rejected."""
        return self.read - len(self.rejected)


def batch(
    sheets: Sequence[Sections], findings: Iterable[Discrepancy], dictionary: Dictionary
) -> Batch:
    """Sort the findings into rows that are left out and rows that are doubted."""
    rejected: set[tuple[str, int]] = set()
    doubts: dict[tuple[str, int], list[str]] = {}
    for finding in findings:
        place = (finding.sheet, finding.row)
        if finding.is_rejected:
            rejected.add(place)
        else:
            doubts.setdefault(place, []).append(finding.message)
    return Batch(sheets, dictionary, frozenset(rejected), doubts)


def stage(connection: psycopg.Connection[Any], sections: Batch) -> None:
    """Fill pg_temp.staged_sections and pg_temp.staged_sheets.

    Needs an open transaction; both tables go with it.
    """
    connection.execute(_TABLES)
    _copy(connection, _STAGE, sections, "")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into pg_temp.staged_sheets (sheet, us, si) values (%s, %s, %s)",
            [
                (sheet.sheet, list(sheet.values.get("us", ())), list(sheet.values.get("si", ())))
                for sheet in sections.sheets
            ],
        )
        cursor.execute("analyze pg_temp.staged_sections (shape, sheet)")


def add(connection: psycopg.Connection[Any], sections: Batch, common: Common) -> None:
    """Add the sections of an edition that the catalog has nothing of; there is nothing to merge."""
    values = ("section", "AISC", common.edition, common.grade, common.source, common.import_id)
    tail = "".join("\t" + _text(value if value is None else str(value)) for value in values)
    _copy(connection, _ADD, sections, tail)


def _copy(
    connection: psycopg.Connection[Any], statement: LiteralString, sections: Batch, tail: str
) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for sheet in sections.sheets:
            lines = _lines(sheet, sections, tail)
            # In pieces, so that the server parses one while the next is made.
            while piece := list(islice(lines, _PIECE)):
                copy.write("".join(piece))


def _lines(sheet: Sections, sections: Batch, tail: str) -> Iterator[str]:
    name = _text(sheet.sheet)
    columns = zip(
        sheet.rows,
        sheet.shapes,
        sheet.types,
        sheet.edi_labels,
        sheet.metric_labels,
        sheet.notes,
        _documents(sheet, sections.dictionary, "dimension"),
        _documents(sheet, sections.dictionary, "property"),
        strict=True,
    )
    for row, shape, kind, edi, metric, note, dimensions, properties in columns:
        if (sheet.sheet, row) in sections.rejected:
            continue
        doubts = _array(sections.doubts.get((sheet.sheet, row), ()))
        flag = _NULL if note is None else str(note)
        yield (
            f"{_text(shape)}\t{kind}\t{_text(edi)}\t{_text(metric)}\t{flag}"
            f"\t{dimensions}\t{properties}\t{doubts}\t{name}\t{row}{tail}\n"
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
