"""Values of one section in US and SI units belong together, whatever file or sheet they are in."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.files import Row
from tests.tooling.catalog.shapes import SHAPES, pipe
from tooling import catalog
from tooling.errors import InputError

Connection = psycopg.Connection[Any]
US, SI = ("us",), ("si",)


def write(path: Path, systems: tuple[str, ...], shapes: Any = SHAPES) -> Path:
    return files.text_file(path, files.table(shapes, systems=systems))


def stored(connection: Connection) -> list[dict[str, Any]]:
    return connection.execute(
        "select shape, metric_label, dimensions ? 'us' as us, dimensions ? 'si' as si, doubted"
        "  from catalog.material_catalog where kind = 'section' order by source_row"
    ).fetchall()


@pytest.mark.parametrize("order", [(US, SI), (SI, US)])
def test_files_of_one_system_each_make_one_row_a_section(
    connection: Connection, tmp_path: Path, order: tuple[tuple[str, ...], ...]
) -> None:
    for number, systems in enumerate(order):
        catalog.import_file(connection, write(tmp_path / f"{number} v15.0.csv", systems))
    rows = stored(connection)
    assert [(row["shape"], row["us"], row["si"]) for row in rows] == [
        (shape.label, True, True) for shape in SHAPES
    ]
    assert [row["metric_label"].upper() for row in rows] == [s.metric_label for s in SHAPES]
    assert {row["doubted"] for row in rows} == {None}


def test_a_metric_label_that_is_the_us_label_of_another_section_is_not_merged(
    connection: Connection, tmp_path: Path
) -> None:
    large, small = pipe("Pipe20STD", 20, 0.375), pipe("Pipe3/4STD", 1.05, 0.113)
    catalog.import_file(connection, write(tmp_path / "us v15.0.csv", US, [large]))
    rows = files.table([small], systems=SI)
    rows[1][rows[0].index("AISC_Manual_Label")] = "Pipe20STD"
    path = files.text_file(tmp_path / "si v15.0.csv", rows)
    with pytest.raises(InputError, match="is the label of another section"):
        catalog.import_file(connection, path)
    catalog.import_file(connection, write(tmp_path / "both v15.0.csv", US, [large, small]))
    catalog.import_file(connection, path)
    found = {row["shape"]: row for row in stored(connection)}
    assert (found["Pipe3/4STD"]["metric_label"], found["Pipe3/4STD"]["si"]) == ("Pipe20STD", True)
    assert found["Pipe20STD"]["si"] is False


def test_values_of_another_file_are_checked_with_those_of_the_catalog(
    connection: Connection, tmp_path: Path
) -> None:
    catalog.import_file(connection, write(tmp_path / "us v15.0.csv", US))
    rows = files.table(systems=SI)
    column = rows[0].index("Zx")
    rows[1][column] = float(str(rows[1][column])) * 10
    report = catalog.import_file(connection, files.text_file(tmp_path / "si v15.0.csv", rows))
    assert (report.completed, report.rejected) == (6, 0)
    assert stored(connection)[0]["doubted"] == ["si.Zx"]
    assert "57.62 in US units gives 944.2" in report.findings[0].message


def test_sheets_of_two_systems_are_one_row_a_section_with_both_places(
    connection: Connection, tmp_path: Path
) -> None:
    sheets = {"US": files.table(systems=US), "SI": files.table(systems=SI)}
    report = catalog.import_file(connection, files.workbook(tmp_path / "v15.0.xlsx", sheets))
    assert (report.read, report.inserted) == (6, 6)
    found = connection.execute(
        "select distinct units, sheet from catalog.shape_sources('W10X49', 'v15.0')"
    ).fetchall()
    assert {(row["units"], row["sheet"]) for row in found} == {("us", "US"), ("si", "SI")}


@pytest.mark.parametrize("has_header", [True, False])
def test_si_below_us_in_one_sheet(connection: Connection, tmp_path: Path, has_header: bool) -> None:
    below: list[Row] = files.table(systems=SI)
    above: list[Row] = files.table(systems=US)
    width = len(above[0])
    note = above[0].index("T_F")
    stacked = [*above, *(below if has_header else below[1:])]
    assert len(below[0]) == width
    assert note < width
    report = catalog.import_file(connection, files.text_file(tmp_path / "v15.0.csv", stacked))
    assert (report.read, report.inserted, report.rejected) == (6, 6, 0)


def test_spellings_of_a_label_are_one_row(connection: Connection, tmp_path: Path) -> None:
    for number, label in enumerate(("W10X49", "w10x49", "W10\u00d749")):
        rows = files.table(SHAPES[:1], systems=US)
        rows[1][rows[0].index("AISC_Manual_Label")] = label
        catalog.import_file(connection, files.text_file(tmp_path / f"{number} v15.0.csv", rows))
    assert [row["shape"] for row in stored(connection)] == ["W10X49"]


def test_the_unit_in_a_header_is_converted(connection: Connection, tmp_path: Path) -> None:
    rows = files.table(systems=SI)
    column = rows[0].index("Zx")
    rows[0][column] = "Zx (mm^3)"
    for row in rows[1:]:
        row[column] = float(str(row[column])) * 1000
    report = catalog.import_file(connection, files.text_file(tmp_path / "v15.0.csv", rows))
    assert (report.inserted, report.findings) == (6, ())
    rows[0][column] = "Zx (furlong^3)"
    with pytest.raises(InputError, match=r"column .*: the unit 'furlong\^3' is not understood"):
        catalog.import_file(connection, files.text_file(tmp_path / "other v15.0.csv", rows))


def test_an_edition_that_is_not_known_is_refused_and_a_part_is_not_the_newest(
    connection: Connection, tmp_path: Path
) -> None:
    path = write(tmp_path / "shapes.csv", US)
    with pytest.raises(InputError, match=r"v61\.0 is not an edition"):
        catalog.import_file(connection, path, edition="v61.0")
    catalog.import_file(connection, path, edition="v15.0", is_complete=True)
    report = catalog.import_file(connection, path, edition="v16.0")
    assert (report.is_complete, len(report.notes)) == (False, 1)
    newest = connection.execute("select catalog.newest_edition() as edition").fetchone()
    assert newest == {"edition": "v15.0"}
