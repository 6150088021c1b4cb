"""Read the sheets of an Excel workbook."""

import re
import zipfile
from pathlib import Path

import python_calamine

from tooling.catalog import archives
from tooling.catalog.sources import Sheet
from tooling.errors import InputError

_CELL = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*>\s*<f\b(?:[^>]*/>|.*?</f>)\s*(?:<v\s*/>|<v></v>|</c>)', re.S
)
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


def read(path: Path) -> list[Sheet]:
    """Return the sheets that have cells, in order. Raises InputError for a damaged file."""
    if path.suffix.lower() != ".xls":
        with archives.open_checked(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise InputError(f"{path}: a zip file, but no Excel workbook")
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [
            Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        ]
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"{path}: not a readable workbook: {error}",
            hint="Open it in Excel and save it as xlsx.",
        ) from error
    return [sheet for sheet in sheets if sheet.rows]


def formula_without_value(path: Path) -> str | None:
    """Return the address of a cell whose formula was never calculated, such as 'E7', or None."""
    if path.suffix.lower() == ".xls":
        return None
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if _SHEET.fullmatch(name) and (match := _CELL.search(archive.read(name))):
                return match[1].decode()
    return None
