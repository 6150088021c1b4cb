"""The sheets of a catalog file, and the edition that a text names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tooling.errors import InputError

MEGABYTE = 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 500
_EDITION = re.compile(r"(?<![a-z0-9])v(?:ersion)?[ ._]?([0-9]{1,2}(?:[._][0-9]{1,2})*)", re.I)

Cell = tuple[int, int]


@dataclass(frozen=True)
class Marks:
    """What a workbook says of cells beside their values; rows and columns count from 1.

    `errors` are error values such as #REF!, `struck` cells whose text is struck out, `merged`
    ranges by their first and last cell.
    """

    errors: Mapping[Cell, str] = field(default_factory=dict)
    struck: frozenset[Cell] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[tuple[Cell, Cell], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Rows of cells as read, with the row number of the first; `shape_type` where it is implied.

    In a `is_delimited` sheet every row has as many cells as its header, or something was lost.
    """

    name: str
    rows: Sequence[Sequence[object]]
    first_row: int = 1
    shape_type: str | None = None
    is_delimited: bool = False
    marks: Marks = Marks()


@dataclass(frozen=True)
class Source:
    """A file and the sheets in it; `edition_hint` is text that may name the edition."""

    path: Path
    sha256: str
    sheets: tuple[Sheet, ...]
    edition_hint: str
    notes: tuple[str, ...] = ()


def check_size(where: str, rows: int, columns: int) -> None:
    """Raise InputError if a sheet is larger than a shapes database can be."""
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        wide = f" of {columns:,} columns" if columns else ""
        raise InputError(
            f"{where}: {rows:,} rows{wide} are more than a shapes database has",
            hint=f"At most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns are read; look for a stray"
            " cell far from the others, and delete it.",
        )


def edition_in(text: str) -> str | None:
    """Return the edition that a text names, such as v16.0 for 'Database v16.0', or None."""
    match = _EDITION.search(text)
    return normal_edition(match[1]) if match else None


def normal_edition(text: str) -> str:
    """Return an edition as the catalog writes it: 15, v15 and 15.0 are v15.0. Raises InputError."""
    digits = text.strip().lower().removeprefix("v").replace("_", ".")
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})*", digits):
        raise InputError(f"{text!r} is not an edition", hint="Give one such as v15.0.")
    return f"v{digits}" if "." in digits else f"v{digits}.0"
