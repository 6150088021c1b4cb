"""Rows whose printed values contradict each other are named and left out."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

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
        (0, "W", 1.05, "weighs 51.807; its area gives 49.34"),
        (2, "W", 0.95, "weighs 33.478; its area and wall give 35.24"),
        (4, "W", 1.08, "weighs 30.8664; its area and wall give 28.58"),
        (0, "rx", 1.04, "rx is 4.37216; sqrt(Ix/A) gives 4.203"),
        (5, "ry", 0.9, "ry is 1.1385; sqrt(Iy/A) gives 1.265"),
        (1, "Sx", 1.03, "Sx is 146.466; 2 Ix / depth gives 142.1"),
        (3, "Sy", 0.9, "Sy is 19.341; 2 Iy / depth gives 21.49"),
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
    (finding,) = report.findings
    assert finding.is_rejected
    assert (finding.name, finding.row) == (SHAPES[position].label, position + 2)
    assert message in finding.message
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


def test_units_that_disagree_reject_a_value_that_is_searched_by(
    connection: Connection, tmp_path: Path
) -> None:
    rows = files.table()
    position = rows[0].index("Ix", rows[0].index("Ix") + 1)
    rows[1][position] = float(str(rows[1][position])) * 10
    report = catalog.import_file(connection, files.text_file(tmp_path / "v15.0.csv", rows))
    assert (report.inserted, report.rejected) == (5, 1)
    assert "Ix is 1066.4 in SI" in report.findings[0].message


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


def test_the_workbook_of_aisc_has_two_misprints_and_no_contradiction(
    connection: Connection, aisc_data: Path
) -> None:
    report = catalog.import_file(
        connection, aisc_data / "aisc-shapes-database-v16.0.xlsx", dry_run=True
    )
    assert report.rejected == 0
    assert [finding.message for finding in report.findings] == [
        "S24X90 PB is 18400 in SI; 72.5 in US units gives 1842",
        "WT7X436.5 W is 695 in SI; 436.5 in US units gives 649.6",
    ]
