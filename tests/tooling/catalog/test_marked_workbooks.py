"""What a workbook marks beside its values is said: errors, strike-outs, hidden and merged cells."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.files import ErrorValue, Row, Struck
from tooling import catalog
from tooling.catalog import workbook
from tooling.catalog.formats import format_of
from tooling.errors import InputError

SHEET = "Database v15.0"


def table(symbol: str, cell: object) -> list[Row]:
    rows = files.table()
    rows[1][rows[0].index(symbol)] = cell
    return rows


def test_an_error_value_is_refused(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "v15.0.xlsx", {SHEET: table("J", ErrorValue("#REF!"))})
    with pytest.raises(InputError, match=r"row 2, column \w+: #REF! is an error value"):
        catalog.import_file(connection, path)


def test_merged_cells_are_refused(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    tail = '<mergeCells><mergeCell ref="F2:F3"/></mergeCells>'
    path = files.workbook(tmp_path / "v15.0.xlsx", {SHEET: files.table()}, tail=tail)
    with pytest.raises(InputError, match="cells F2 to F3 are merged"):
        catalog.import_file(connection, path)


def test_a_struck_out_row_is_left_out(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "v15.0.xlsx", {SHEET: table("kdes", Struck(1.0))})
    report = catalog.import_file(connection, path)
    assert (report.read, report.inserted, report.rejected) == (6, 5, 1)
    assert "W10X49 is struck out" in str(report.findings[0])


def test_a_hidden_sheet_is_left_out_and_said(tmp_path: Path) -> None:
    sheets = {SHEET: files.table(), "old": files.table()}
    read, notes = workbook.read(files.workbook(tmp_path / "v15.0.xlsx", sheets, hidden="old"))
    assert [sheet.name for sheet in read] == [SHEET]
    assert notes == ["hidden sheet old left out"]
    only = files.workbook(tmp_path / "only.xlsx", {"old": files.table()}, hidden="old")
    with pytest.raises(InputError, match="every sheet is hidden"):
        workbook.read(only)


def test_a_cell_far_away_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "v15.0.xlsx", {SHEET: files.table()})
    far = tmp_path / "far.xlsx"
    import zipfile

    with zipfile.ZipFile(path) as source, zipfile.ZipFile(far, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets"):
                cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", cell)
            target.writestr(name, content)
    with pytest.raises(InputError, match="1,048,576 rows of 16,384 columns"):
        workbook.read(far)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v15.0.xlsx", b"Type,W,A\nW,1,2\n", "it is text"),
        ("v15.0.xlsx", b"<html><table></table></html>", "a page of HTML or XML"),
        ("v15.0.csv", b"%PDF-1.7 and so on", "a PDF document"),
        ("v15.0.csv", bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 9, "Excel 97-2003"),
        (
            "v15.0.xlsx",
            bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
        ),
    ],
)
def test_a_file_is_what_its_content_is(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        format_of(path)
