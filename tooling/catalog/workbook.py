"""Read the sheets of an Excel workbook."""

import html
import re
import zipfile
from pathlib import Path

import python_calamine

from tooling.catalog import archives
from tooling.catalog.sources import Sheet
from tooling.errors import InputError

_UNCALCULATED = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>|</c>)'
)
_SHEET = re.compile(r'<sheet\b[^>]*\bname="([^"]*)"[^>]*\br:id="([^"]*)"')
_PART = re.compile(r'<Relationship\b(?=[^>]*\bId="([^"]*)")(?=[^>]*\bTarget="([^"]*)")')


def read(path: Path) -> list[Sheet]:
    """Return the sheets that have cells, in order. Raises InputError for a damaged file."""
    if path.suffix.lower() != ".xls":
        with archives.open_checked(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise InputError(f"{path}: a zip file, but not an Excel workbook")
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = [
            Sheet(name.strip(), book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        ]
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"{path}: not a readable workbook: {error}",
            hint="Open it in Excel and save it as xlsx.",
        ) from error
    return [sheet for sheet in sheets if sheet.rows]


def check_formulas(path: Path) -> None:
    """Raise InputError if a formula has no calculated value, with its sheet, row and column."""
    if path.suffix.lower() == ".xls":
        return
    with zipfile.ZipFile(path) as archive:
        targets = dict(_PART.findall(archive.read("xl/_rels/workbook.xml.rels").decode()))
        sheets = _SHEET.findall(archive.read("xl/workbook.xml").decode())
        for name, relation in sheets:
            part = targets.get(relation, "").removeprefix("/xl/")
            if f"xl/{part}" not in archive.namelist():
                continue
            if match := _UNCALCULATED.search(archive.read(f"xl/{part}")):
                column, row = match[1].decode(), match[2].decode()
                raise InputError(
                    f"{path.name}, sheet {html.unescape(name)}, row {row}, column {column}:"
                    " a formula without a calculated value",
                    hint="Open the workbook in Excel, save it, and try again.",
                )
