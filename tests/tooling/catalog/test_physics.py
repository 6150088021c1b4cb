"""Rows whose printed values contradict each other are named and left out."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.catalog.listed import is_listed
from tests.tooling.catalog import files
from tests.tooling.catalog.shapes import SHAPES, Shape, box
from tooling import catalog
from tooling.errors import Exit, InputError

Connection = psycopg.Connection[Any]


def altered(position: int, **values: float) -> list[Shape]:
    """Return the shapes with other values in US units, and SI to match."""
    shapes = list(SHAPES)
    shape = shapes[position]
    shapes[position] = Shape(shape.label, shape.type, shape.us | values)
    return shapes


@pytest.mark.parametrize(
    ("position", "symbol", "factor", "message"),
    [
        (0, "W", 1.05, "weighs 51.807; its "),
        (2, "W", 0.95, "weighs 33.478; its "),
        (4, "W", 1.08, "weighs 30.8664; its "),
        (0, "rx", 1.04, "rx is 4.37216; sqrt(Ix/A) gives 4.203"),
        (5, "ry", 0.9, "sqrt(Iy/A) gives "),
        (1, "Sx", 1.03, "; 2 Ix / depth gives "),
        (3, "Sy", 0.9, "; 2 Iy / depth gives "),
        (0, "Zx", 1.06, "Zx is 61.0772; its dimensions give 57.62"),
        (0, "J", 10, "J is 12.29; its dimensions give "),
        (0, "tw", 1.06, "W10X49 "),
        (1, "tf", 45293, "tf"),
        (2, "Zy", 0.94, "its form and modulus Sy give"),
        (2, "J", 1.06, "its dimensions give"),
        (4, "J", 0.94, "2 Ix is 135.9"),
        (5, "t", 1.06, "t is 0.9275; its label says 0.875"),
        (5, "Zx", 0.94, "its dimensions give"),
    ],
)
def test_a_row_beyond_tolerance_is_left_out_and_the_rest_is_kept(
    connection: Connection,
    tmp_path: Path,
    position: int,
    symbol: str,
    factor: float,
    message: str,
) -> None:
    shapes = altered(position, **{symbol: SHAPES[position].us[symbol] * factor})
    report = catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx", shapes))
    assert (report.read, report.inserted, report.rejected) == (6, 5, 1)
    assert report.exit_code == Exit.PARTIAL
    assert any(finding.is_rejected for finding in report.findings)
    assert {(one.name, one.row) for one in report.findings} == {
        (SHAPES[position].label, position + 2)
    }
    assert any(message in finding.message for finding in report.findings)
    kept = connection.execute(
        "select shape from catalog.material_catalog where kind = 'section'"
    ).fetchall()
    assert SHAPES[position].label not in [row["shape"] for row in kept]
    assert len(kept) == 5


@pytest.mark.parametrize(
    ("position", "symbol", "factor"),
    [(0, "W", 1.02), (2, "W", 1.015), (4, "W", 1.04), (0, "rx", 1.015), (4, "rx", 1.02)],
)
def test_rounding_is_within_tolerance(
    connection: Connection, tmp_path: Path, position: int, symbol: str, factor: float
) -> None:
    shapes = altered(position, **{symbol: SHAPES[position].us[symbol] * factor})
    report = catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx", shapes))
    assert (report.inserted, report.rejected, report.findings) == (6, 0, ())


def test_a_hollow_section_weighs_its_nominal_wall(connection: Connection, tmp_path: Path) -> None:
    same_wall = box("HSS8X4X1/2", 8, 4, 0.5, share=1)
    heavier = Shape(same_wall.label, "HSS", same_wall.us | {"tdes": 0.465})
    report = catalog.import_file(
        connection, files.v16(tmp_path / "v16.0.xlsx", [SHAPES[0], same_wall])
    )
    assert report.rejected == 0
    report = catalog.import_file(
        connection, files.v15(tmp_path / "v15.0.csv", [SHAPES[0], heavier])
    )
    assert [finding.name for finding in report.findings] == ["HSS8X4X1/2"]


def planted(tmp_path: Path, **cells: tuple[str, float]) -> Path:
    """Return a csv file of both systems, in which values of the first row are multiplied."""
    rows = files.table()
    for symbol, (units, factor) in cells.items():
        position = rows[0].index(symbol)
        if units == "si":
            position = rows[0].index(symbol, position + 1)
        rows[1][position] = float(str(rows[1][position])) * factor
    return files.text_file(tmp_path / "v15.0.csv", rows)


def test_a_misprint_in_si_keeps_the_row_and_what_is_searched_by(
    connection: Connection, tmp_path: Path
) -> None:
    report = catalog.import_file(connection, planted(tmp_path, Zx=("si", 1.2)))
    assert (report.inserted, report.rejected, report.exit_code) == (6, 0, Exit.OK)
    row = connection.execute(
        "select zx_in3, doubted, set_apart, properties #>> '{us,Zx}' as us"
        "  from catalog.material_catalog where shape = 'W10X49'"
    ).fetchone()
    assert (float(row["zx_in3"]), row["doubted"], row["set_apart"]) == (57.62, ["si.Zx"], None)
    listed = connection.execute("select shape, doubt from catalog.doubts('v15.0')").fetchall()
    assert [(one["shape"], one["doubt"]) for one in listed] == [
        (
            "W10X49",
            "W10X49 Zx is 1133.064 in SI; 57.62 in US units gives 944.2; its other values agree"
            " with US units",
        )
    ]


def test_a_misprint_in_us_units_is_set_apart_and_si_is_searched_by(
    connection: Connection, tmp_path: Path
) -> None:
    path = planted(tmp_path, Zx=("us", 1.2))
    assert catalog.import_file(connection, path).rejected == 0
    row = connection.execute(
        "select round(zx_in3, 1)::float as zx, doubted, set_apart, properties -> 'us' ? 'Zx' as has"
        "  from catalog.material_catalog where shape = 'W10X49'"
    ).fetchone()
    assert (row["zx"], row["doubted"], row["has"]) == (57.6, ["us.Zx"], False)
    assert list(row["set_apart"]) == ["us"]
    again = catalog.import_file(connection, path)
    assert (again.unchanged, again.completed, again.is_recorded) == (6, 0, False)


def test_units_that_disagree_elsewhere_are_kept_with_a_doubt(
    connection: Connection, tmp_path: Path
) -> None:
    rows = files.table()
    position = rows[0].index("kdes", rows[0].index("kdes") + 1)
    rows[1][position] = 254.0
    report = catalog.import_file(connection, files.text_file(tmp_path / "v15.0.csv", rows))
    assert (report.inserted, report.rejected, report.exit_code) == (6, 0, Exit.OK)
    (finding,) = report.findings
    assert not finding.is_rejected
    row = connection.execute(
        "select doubts, dimensions #>> '{si,kdes}' as kdes from catalog.material_catalog"
        " where shape = 'W10X49'"
    ).fetchone()
    assert row == {"doubts": [finding.message], "kdes": "254.0"}
    assert finding.message == "W10X49 kdes is 254.0 in SI; 1.0 in US units gives 25.4"


def test_a_file_with_no_row_left_is_refused(connection: Connection, tmp_path: Path) -> None:
    shapes = [Shape(s.label, s.type, s.us | {"A": s.us["A"] * 2}) for s in SHAPES]
    path = files.v16(tmp_path / "v16.0.xlsx", shapes)
    with pytest.raises(InputError, match="every row fails a cross-check"):
        catalog.import_file(connection, path)


def test_the_workbook_of_aisc_has_only_the_misprints_that_are_listed(
    connection: Connection, aisc_data: Path
) -> None:
    report = catalog.import_file(
        connection, aisc_data / "aisc-shapes-database-v16.0.xlsx", dry_run=True
    )
    assert report.rejected == 0
    assert len(report.findings) == 11
    for finding in report.findings:
        assert is_listed("v16.0", finding.name, finding.message), finding
