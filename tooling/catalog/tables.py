"""The csv files of reference data and the tables that hold their rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

from tooling.catalog import delimited
from tooling.errors import InputError


@dataclass(frozen=True)
class CsvFile:
    """A csv file: columns that need a value in every row, and columns that may be empty."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, required ones first."""
        return self.required + self.optional


@dataclass(frozen=True)
class Record:
    """A row: its number in the file, counted from 1, and its values in order of the columns."""

    row: int
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class ReferenceTable:
    """How records become rows of a table.

    `columns` are (name, type, expression over the file's columns); `keys` names those that
    identify a row. `has_provenance` tables carry import_id and source_row. `kept_by` is the key of
    a stored row as text, where an import keeps what it replaces.
    """

    file: CsvFile
    table: str
    keys: tuple[str, ...]
    columns: tuple[tuple[str, LiteralString, LiteralString], ...]
    has_provenance: bool = True
    kept_by: LiteralString | None = None


PROPERTY_DEFINITIONS = ReferenceTable(
    CsvFile(
        "property_definitions.csv",
        ("symbol", "category", "description"),
        ("unit_us", "unit_si", "aliases"),
    ),
    "property_definitions",
    ("symbol",),
    (
        ("symbol", "text", "symbol"),
        ("sort_order", "integer", "source_row"),
        ("category", "text", "category"),
        ("description", "text", "description"),
        ("unit_us", "text", "unit_us"),
        ("unit_si", "text", "unit_si"),
        ("aliases", "text[]", "coalesce(string_to_array(aliases, '|'), '{}')"),
    ),
    has_provenance=False,
)

CODE_REFERENCES = ReferenceTable(
    CsvFile(
        "code_references.csv", ("code", "section", "title", "application", "source"), ("formula",)
    ),
    "code_references",
    ("code", "section"),
    tuple(
        (name, "text", name)
        for name in ("code", "section", "title", "formula", "application", "source")
    ),
    kept_by="concat_ws(', ', stored.code, stored.section)",
)

SOIL_CLASSES = ReferenceTable(
    CsvFile(
        "soil_classes.csv",
        ("code", "class", "description", "bearing_psf", "lateral_bearing_psf_per_ft", "source"),
        ("uscs_symbols", "sliding_friction_coefficient", "sliding_cohesion_psf"),
    ),
    "soil_classes",
    ("code", "class"),
    (
        ("code", "text", "code"),
        ("class", "integer", "class"),
        ("description", "text", "description"),
        ("uscs_symbols", "text", "uscs_symbols"),
        ("bearing_psf", "numeric", "bearing_psf"),
        ("lateral_bearing_psf_per_ft", "numeric", "lateral_bearing_psf_per_ft"),
        ("sliding_friction_coefficient", "numeric", "sliding_friction_coefficient"),
        ("sliding_cohesion_psf", "numeric", "sliding_cohesion_psf"),
        ("source", "text", "source"),
    ),
)

_MATERIAL_SYMBOLS = (("Fy", "fy"), ("Fu", "fu"), ("E", "e"), ("G", "g"))


def _strengths(units: LiteralString) -> LiteralString:
    pairs = ", ".join(f"'{symbol}', {name}_{units}::numeric" for symbol, name in _MATERIAL_SYMBOLS)
    return f"jsonb_strip_nulls(jsonb_build_object({pairs}))"


MATERIALS = ReferenceTable(
    CsvFile(
        "materials.csv",
        (
            *("standard", "edition", "grade", "source"),
            *(f"{name}_{units}" for units in ("ksi", "mpa") for name in ("fy", "fu", "e")),
        ),
        ("shape", "g_ksi", "g_mpa"),
    ),
    "material_catalog",
    ("standard", "edition", "grade", "shape"),
    (
        ("kind", "text", "'material'"),
        ("standard", "text", "standard"),
        ("edition", "text", "edition"),
        ("grade", "text", "grade"),
        ("shape", "text", "shape"),
        (
            "properties",
            "jsonb",
            f"jsonb_build_object('us', {_strengths('ksi')}, 'si', {_strengths('mpa')})",
        ),
        ("source", "text", "source"),
    ),
)


def read_csv(path: Path, file: CsvFile) -> Iterator[Record]:
    """Yield the records of a csv file; empty cells are None.

    Raises InputError for a missing file, a column that is missing, unknown or repeated, a row of
    another length, or an empty cell in a required column.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}",
            hint="The folder must hold every file of seeds/reference, readable by this account.",
        ) from error
    header, *body = delimited.parse(content, str(path), delimiters=",") or [[]]
    return checked_records(path.name, [name.strip() for name in header], body, file)


def checked_records(
    name: str,
    header: Sequence[str],
    body: Iterable[Sequence[str]],
    file: CsvFile,
    *,
    first_row: int = 2,
) -> Iterator[Record]:
    """Yield the records under a header; empty cells are None. Raises InputError, see read_csv."""
    missing = [column for column in file.required if column not in header]
    unknown = [column for column in header if column not in file.columns]
    if missing or unknown or len(set(header)) < len(header):
        wrong = [f"no column {column}" for column in missing]
        wrong += [f"unknown column {column!r}" for column in unknown]
        raise InputError(
            f"{name}, row {max(first_row - 1, 1)}: {'; '.join(wrong) or 'a column is given twice'}",
            hint=f"Columns are {', '.join(file.columns)}.",
        )
    for row, cells in enumerate(body, first_row):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise InputError(f"{name}, row {row}: {len(cells)} cells under {len(header)} columns")
        values = {column: cell.strip() or None for column, cell in zip(header, cells, strict=True)}
        for column in file.required:
            if values[column] is None:
                raise InputError(f"{name}, row {row}, column {column}: no value")
        yield Record(row, tuple(values.get(column) for column in file.columns))
