"""Read a csv file, refusing encodings that would be guesses."""

import csv
from pathlib import Path

from tooling.catalog.sources import Sheet, check_size
from tooling.errors import InputError

_DELIMITERS = ",;\t"
# An en dash, all that a shapes database has beyond ASCII, as Windows and the old Mac OS wrote it.
_LEGACY_DASHES = {b"\x96": "cp1252", b"\x97": "cp1252", b"\xd0": "mac_roman", b"\xd1": "mac_roman"}


def read(path: Path) -> Sheet:
    """Return the rows of a csv file. Raises InputError with the line at fault."""
    content = path.read_bytes()
    check_size(path.name, content.count(b"\n"), 0)
    rows = parse(content, str(path))
    check_size(path.name, len(rows), max(map(len, rows), default=0))
    return Sheet(path.name, rows, is_delimited=True)


def parse(content: bytes, name: str, *, delimiters: str = _DELIMITERS) -> list[list[str]]:
    """Return the rows of csv text. Raises InputError with `name` and the line at fault."""
    text = decode(content, name)
    delimiter = _delimiter(text, delimiters)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise InputError(
            f"{name}, line {reader.line_num}: not csv: {error}",
            hint="Check that it is the right file; look for an unclosed quotation mark.",
        ) from error
    return rows


def decode(content: bytes, name: str) -> str:
    """Return the text of a file in UTF-8, or in ASCII with legacy dashes. Raises InputError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}: encoded as UTF-16", hint="Save it as 'CSV UTF-8'.")
    if (nul := content.find(b"\0")) >= 0:
        raise InputError(
            f"{name}, line {_line(content, nul)}: a NUL byte; this is not a text file",
            hint="Check that it is the right file.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        encodings = {_LEGACY_DASHES.get(bytes([byte])) for byte in set(content) if byte > 127}
        if len(encodings) == 1 and (encoding := encodings.pop()):
            return content.decode(encoding)
        raise InputError(
            f"{name}, line {_line(content, error.start)}: byte 0x{content[error.start]:02X} is not"
            " UTF-8",
            hint="Save it as 'CSV UTF-8'.",
        ) from error


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _delimiter(text: str, delimiters: str) -> str:
    head = text[:20_000]
    return max(delimiters, key=head.count)
