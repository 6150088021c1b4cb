"""What the XML of an OpenDocument spreadsheet says that its cells do not: errors, and its size."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from tooling.catalog.sources import Cell, Marks, check_size
from tooling.errors import InputError

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_ENCRYPTED = "encryption-data"


def marks(path: Path, archive: zipfile.ZipFile) -> dict[str, Marks]:
    """Return the marks of each sheet. Raises InputError for one that cannot be read."""
    if _ENCRYPTED.encode() in archive.read("META-INF/manifest.xml"):
        raise InputError(f"{path}: encrypted", hint="Save it without a password.")
    content = archive.read("content.xml")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InputError(f"{path}: its XML declares entities", hint="Save it anew as xlsx.")
    try:
        document = ElementTree.fromstring(content)  # noqa: S314, it has no entities
    except ElementTree.ParseError as error:
        raise InputError(
            f"{path}: damaged or cut short: {error}", hint="Download or copy the file again."
        ) from error
    found = {}
    for table in document.iter(f"{_TABLE}table"):
        name = table.get(f"{_TABLE}name", "")
        cells = list(_cells(table))
        rows = max((row for (row, _), _ in cells), default=0)
        columns = max((column for (_, column), _ in cells), default=0)
        check_size(f"{path.name}, sheet {name}", rows, columns)
        found[name] = Marks(errors={at: _said(cell) for at, cell in cells if _is_error(cell)})
    return found


def _cells(table: ElementTree.Element) -> Iterator[tuple[Cell, ElementTree.Element]]:
    """Yield the last place of each cell that is not empty, counted from 1."""
    row = 0
    for line in table.iter(f"{_TABLE}table-row"):
        row += int(line.get(f"{_TABLE}number-rows-repeated", "1"))
        column = 0
        for cell in line:
            column += int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            if len(cell) or cell.get(f"{_OFFICE}value-type"):
                yield (row, column), cell


def _is_error(cell: ElementTree.Element) -> bool:
    return cell.get(f"{_CALC}value-type") == "error" or _said(cell).startswith(("#", "Err:"))


def _said(cell: ElementTree.Element) -> str:
    return "".join("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p"))
