"""Every edition's layout, xlsx or csv, gives the same sections; see files.py for the layouts."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.shapes import SHAPES, SYMBOLS, TAN, Shape
from tooling import catalog
from tooling.errors import InputError

Connection = psycopg.Connection[Any]
Build = Callable[[Path], Path]


def stored(connection: Connection, edition: str) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        "select shape, shape_type, edi_label, metric_label, has_special_note, source_row,"
        "       coalesce(dimensions -> 'us', '{}') || coalesce(properties -> 'us', '{}') as us,"
        "       coalesce(dimensions -> 'si', '{}') || coalesce(properties -> 'si', '{}') as si"
        "  from catalog.material_catalog where kind = 'section' and edition = %s",
        [edition],
    ).fetchall()
    return {row["shape"]: row for row in rows}


def expected(shape: Shape, values: dict[str, float], symbols: tuple[str, ...]) -> dict[str, float]:
    return {symbol: values[symbol] for symbol in symbols if symbol in values}


@pytest.mark.parametrize(
    ("name", "build", "edition"),
    [
        ("aisc-shapes-database-v16.0.xlsx", files.v16, "v16.0"),
        ("aisc-shapes-database-v15.0.csv", files.v15, "v15.0"),
        ("AISC Shapes Database v14.1.csv", files.v14, "v14.1"),
        ("AISC Shapes Database v13.2.xlsx", files.v13_workbook, "v13.2"),
        ("aisc-shapes-database-v15.0-units.csv", files.units_row, "v15.0"),
    ],
)
def test_a_layout_with_both_unit_systems(
    connection: Connection, tmp_path: Path, name: str, build: Build, edition: str
) -> None:
    report = catalog.import_file(connection, build(tmp_path / name))
    assert (report.edition, report.read, report.inserted) == (edition, len(SHAPES), len(SHAPES))
    assert (report.rejected, report.findings, report.notes) == (0, (), ())
    found = stored(connection, edition)
    for shape in SHAPES:
        row = found[shape.label]
        assert row["shape_type"] == shape.type
        assert row["metric_label"] == shape.metric_label
        assert row["has_special_note"] is False
        assert row["us"] == expected(shape, shape.us, SYMBOLS)
        assert row["si"] == expected(shape, shape.si, SYMBOLS)


def test_names_in_capitals_are_told_apart_by_the_type_of_the_shape(
    connection: Connection, tmp_path: Path
) -> None:
    path = files.v13_in_capitals(tmp_path / "AISC Shapes Database v13.csv")
    report = catalog.import_file(connection, path)
    assert (report.edition, report.inserted, report.rejected) == ("v13.0", len(SHAPES), 0)
    found = stored(connection, "v13.0")
    assert found["L6X4X7/8"]["us"]["b"] == 6
    assert found["L6X4X7/8"]["us"]["t"] == 0.875
    assert "B" not in found["L6X4X7/8"]["us"]
    assert "T" not in found["L6X4X7/8"]["us"]
    assert found["HSS8X4X1/2"]["us"]["B"] == 4
    assert "b" not in found["HSS8X4X1/2"]["us"]
    assert found["W10X49"]["us"]["bf/2tf"] == 10
    assert found["L6X4X7/8"]["us"][TAN] == SHAPES[5].us[TAN]
    assert found["W10X49"]["si"] == {}


def test_si_alone_is_recognised_and_can_be_searched(connection: Connection, tmp_path: Path) -> None:
    report = catalog.import_file(connection, files.si_only(tmp_path / "metric v15.0.csv"))
    assert (report.inserted, report.rejected) == (len(SHAPES), 0)
    row = stored(connection, "v15.0")[SHAPES[0].metric_label]
    assert row["us"] == {}
    assert row["si"] == expected(SHAPES[0], SHAPES[0].si, SYMBOLS)
    typed = connection.execute(
        "select weight_lb_per_ft, area_in2, depth_in, width_in, sx_in3, ix_in4, rx_in, j_in4"
        "  from catalog.material_catalog where shape = %s",
        [SHAPES[0].metric_label],
    ).fetchone()
    us = SHAPES[0].us
    wanted = [us[s] for s in ("W", "A", "d", "bf", "Sx", "Ix", "rx", "J")]
    assert [float(value) for value in typed.values()] == pytest.approx(wanted, rel=2e-3)


def test_si_alone_completes_the_section_of_the_same_metric_designation(
    connection: Connection, tmp_path: Path
) -> None:
    catalog.import_file(connection, files.v15(tmp_path / "v15.0.csv"))
    connection.execute(
        "update catalog.material_catalog set dimensions = dimensions - 'si',"
        " properties = properties - 'si' where kind = 'section'"
    )
    report = catalog.import_file(connection, files.si_only(tmp_path / "metric v15.0.csv"))
    assert (report.inserted, report.unchanged, report.completed) == (0, 6, 6)
    assert stored(connection, "v15.0")["W10X49"]["si"] == expected(SHAPES[0], SHAPES[0].si, SYMBOLS)


def test_the_si_block_may_stand_first(connection: Connection, tmp_path: Path) -> None:
    swapped = files.table(systems=("si", "us"))
    report = catalog.import_file(connection, files.text_file(tmp_path / "v15.0.csv", swapped))
    assert report.rejected == 0
    row = stored(connection, "v15.0")["W10X49"]
    assert row["us"]["W"] == SHAPES[0].us["W"]


def test_a_fraction_is_exact_and_digits_stay(connection: Connection, tmp_path: Path) -> None:
    catalog.import_file(connection, files.v15(tmp_path / "v15.0.csv"))
    text = connection.execute(
        "select dimensions #>> '{us,t}' as t, dimensions #>> '{us,b}' as b"
        "  from catalog.material_catalog where shape = 'L6X4X7/8'"
    ).fetchone()
    assert text == {"t": "0.875", "b": "6"}
    rows = files.table()
    column = rows[0].index("d")
    rows[1][column] = "10.00"
    path = files.text_file(tmp_path / "v14.0.csv", rows)
    catalog.import_file(connection, path)
    kept = connection.execute(
        "select dimensions #>> '{us,d}' as d, depth_in from catalog.material_catalog"
        " where shape = 'W10X49' and edition = 'v14.0'"
    ).fetchone()
    assert kept == {"d": "10.00", "depth_in": Decimal("10.00")}
    assert str(kept["depth_in"]) == "10.00"


def test_unknown_columns_are_named_not_lost_in_silence(
    connection: Connection, tmp_path: Path
) -> None:
    rows = [[*row, cell] for row, cell in zip(files.table(), ["Mass2", *"123456"], strict=True)]
    report = catalog.import_file(connection, files.text_file(tmp_path / "v15.0.csv", rows))
    assert len(report.notes) == 1
    assert "unknown columns left out: Mass2 (BG)" in report.notes[0]


@pytest.mark.parametrize(
    ("given", "edition"), [("15", "v15.0"), ("v15.0", "v15.0"), ("14.1", "v14.1")]
)
def test_a_given_edition_wins_and_a_different_one_is_noted(
    connection: Connection, tmp_path: Path, given: str, edition: str
) -> None:
    report = catalog.import_file(
        connection, files.v16(tmp_path / "shapes v16.0.xlsx"), edition=given
    )
    assert report.edition == edition
    assert report.notes == (f"the file names edition v16.0; it is imported as {edition}",)


def test_an_edition_that_nothing_names_must_be_given(
    connection: Connection, tmp_path: Path
) -> None:
    path = files.text_file(tmp_path / "shapes.csv", files.table())
    with pytest.raises(InputError, match="neither the file nor a sheet names its edition"):
        catalog.import_file(connection, path)
    assert catalog.import_file(connection, path, edition="v15.0").inserted == len(SHAPES)
