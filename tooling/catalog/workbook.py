"""Read the sheets of an Excel or OpenDocument workbook."""

import zipfile
from dataclasses import replace
from pathlib import Path

import python_calamine

from tooling.catalog import archives, markup, opendocument
from tooling.catalog.sources import Marks, Sheet, check_size
from tooling.errors import InputError

_UNLOCK = "Open it in Excel and save it without a password."


def read(path: Path) -> tuple[list[Sheet], list[str]]:
    """Return the sheets that have cells, in order, and notes on those that were left out.

    Hidden sheets are left out. Raises InputError for a damaged, encrypted or oversized file.
    """
    marks = _marks(path)
    sheets: list[Sheet] = []
    notes: list[str] = []
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for metadata in book.sheets_metadata:
            if metadata.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            if metadata.visible != python_calamine.SheetVisibleEnum.Visible:
                notes.append(f"hidden sheet {metadata.name.strip()} left out")
                continue
            sheet = _sheet(path, book, metadata.name)
            own = marks.get(metadata.name, Marks())
            if sheet.rows:
                sheets.append(replace(sheet, marks=replace(own, merged=sheet.marks.merged)))
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError) as error:
        is_locked = "password" in str(error).lower()
        raise InputError(
            f"{path}: encrypted" if is_locked else f"{path}: not a readable workbook: {error}",
            hint=_UNLOCK if is_locked else "Open it in Excel and save it as xlsx.",
        ) from error
    if not sheets and notes:
        raise InputError(f"{path}: every sheet is hidden", hint="Unhide the sheet to be read.")
    return sheets, notes


def _marks(path: Path) -> dict[str, Marks]:
    if not zipfile.is_zipfile(path) and path.suffix.lower() == ".xls":
        return {}
    with archives.open_checked(path) as archive:
        if path.suffix.lower() == ".ods":
            return opendocument.marks(path, archive)
        if "xl/workbook.xml" not in archive.namelist():
            raise InputError(f"{path}: a zip file, but not an Excel workbook")
        return markup.marks(path, archive)


def _sheet(path: Path, book: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    check_size(f"{path.name}, sheet {name.strip()}", sheet.total_height, sheet.total_width)
    merged = tuple(
        ((first[0] + 1, first[1] + 1), (last[0] + 1, last[1] + 1))
        for first, last in sheet.merged_cell_ranges or ()
    )
    rows = sheet.to_python(skip_empty_area=False)
    return Sheet(name.strip(), rows, marks=Marks(merged=merged))
