"""A file that says something else than the catalog: told, held back, kept when asked."""

import json
from pathlib import Path

from tests.tooling.catalog import files
from tests.tooling.catalog.common import RESULT_KEYS, Connection, fingerprint, tooling
from tests.tooling.catalog.shapes import SHAPES, SYMBOLS, Shape
from tooling import catalog
from tooling.errors import Exit


def altered(**values: float) -> list[Shape]:
    first, *rest = SHAPES
    return [Shape(first.label, first.type, first.us | values), *rest]


def test_a_changed_value_is_reported_and_held_back(
    url: str, connection: Connection, tmp_path: Path
) -> None:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    before = fingerprint(connection)
    other = files.v16(tmp_path / "corrected v16.0.xlsx", altered(J=1.25, kdes=1.25))
    done = tooling(url, "import-aisc", str(other), "--json")
    assert done.returncode == Exit.CHANGED
    said = json.loads(done.stdout)
    assert [said[key] for key in RESULT_KEYS] == ["v16.0", 6, 0, 1, 5, 0]
    assert said["kept"] is False
    assert [
        (change["name"], change["units"], change["symbol"], change["was"], change["now"])
        for change in said["changes"]
    ] == [
        ("W10X49", "us", "J", "1.229", "1.25"),
        ("W10X49", "us", "kdes", "1", "1.25"),
        ("W10X49", "si", "J", "511.55", "520.29"),
        ("W10X49", "si", "kdes", "25.4", "31.75"),
    ]
    assert "changed values (not replaced; --keep-changes replaces them)" in done.stderr
    assert _sections(fingerprint(connection)) == _sections(before)


def test_a_changed_value_is_kept_when_asked(connection: Connection, tmp_path: Path) -> None:
    catalog.import_file(connection, files.v16(tmp_path / "v16.0.xlsx"))
    other = files.v16(tmp_path / "corrected v16.0.xlsx", altered(J=1.25))
    report = catalog.import_file(connection, other, keep_changes=True)
    assert (report.changed, report.is_kept, report.exit_code) == (1, True, Exit.OK)
    row = connection.execute(
        "select section.j_in4, section.source_row, import.file_name, import.changes"
        "  from catalog.material_catalog as section join catalog.imports as import"
        " using (import_id) where shape = 'W10X49'"
    ).fetchone()
    assert float(row["j_in4"]) == 1.25
    assert row["file_name"] == "corrected v16.0.xlsx"
    assert row["changes"][0] == {
        "shape": "W10X49",
        "units": "us",
        "symbol": "J",
        "was": "1.229",
        "now": "1.25",
    }
    others = connection.execute(
        "select distinct import.file_name from catalog.material_catalog as section"
        " join catalog.imports as import using (import_id)"
        " where section.kind = 'section' and shape <> 'W10X49'"
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
        ("J", "1.229", None),
        ("J", "511.55", None),
    ]
    catalog.import_file(connection, other, keep_changes=True)
    row = connection.execute(
        "select j_in4, properties -> 'us' ? 'J' as has_j from catalog.material_catalog"
        " where shape = 'W10X49'"
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
        "select units, symbol, file_name, source_row from catalog.shape_sources('W10X49', 'v16.0')"
    ).fetchall()
    sources = {(row["units"], row["symbol"]): row["file_name"] for row in found}
    assert sources["us", "ddet"] == "poor v16.0.csv"
    assert {sources["us", "J"], sources["us", "W"], sources["si", "W"]} == {"rich v16.0.csv"}
    assert {row["source_row"] for row in found} == {2}


def _sections(said: str) -> list[str]:
    return [line for line in said.splitlines() if "AISC" in line]
