"""The sheets of a catalog file, and the edition that a text names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tooling.errors import InputError

MEGABYTE = 1024 * 1024
_EDITION = re.compile(r"(?<![a-z0-9])v(?:ersion)?[ ._]?(\d{1,2}(?:[._]\d{1,2})*)", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """Rows of cells as read, with the row number of the first; `shape_type` where it is implied."""

    name: str
    rows: Sequence[Sequence[object]]
    first_row: int = 1
    shape_type: str | None = None


@dataclass(frozen=True)
class Source:
    """A file and the sheets in it; `edition_hint` is text that may name the edition."""

    path: Path
    sha256: str
    sheets: tuple[Sheet, ...]
    edition_hint: str


def edition_in(text: str) -> str | None:
    """Return the edition that a text names, such as v16.0 for 'Database v16.0', or None."""
    match = _EDITION.search(text)
    return normal_edition(match[1]) if match else None


def normal_edition(text: str) -> str:
    """Return an edition as the catalog writes it: 15, v15 and 15.0 are v15.0. Raises InputError."""
    digits = text.strip().lower().removeprefix("v").replace("_", ".")
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})*", digits):
        raise InputError(f"{text!r} is not an edition", hint="Give one such as v15.0.")
    return f"v{digits}" if "." in digits else f"v{digits}.0"
