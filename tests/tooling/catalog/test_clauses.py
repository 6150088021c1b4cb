"""Clauses of codes come from csv or json, as safely as sections do."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.tooling.catalog import files
from tooling.catalog.clauses import import_clauses
from tooling.errors import Exit, InputError

Connection = psycopg.Connection[Any]


@pytest.fixture
def connection(migrated_database: str) -> Iterator[Connection]:
    """Clauses are seeds too: these tests need a database of their own."""
    with psycopg.connect(migrated_database, autocommit=True, row_factory=dict_row) as opened:
        yield opened


HEADER = ["code", "section", "title", "formula", "application"]
CLAUSES = [
    ["ASCE 7-16", "26.7", "Exposure", "", "Exposure category of the site"],
    ["ASCE 7-16", "26.8.2", "Topographic Factor", "Kzt = (1 + K1 K2 K3)^2", "Hills and ridges"],
]


def write(path: Path, rows: list[list[Any]]) -> Path:
    if path.suffix == ".csv":
        return files.text_file(path, rows)
    header, *body = rows
    items = [dict(zip(header, row, strict=True)) for row in body]
    path.write_text(json.dumps(items), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["clauses.csv", "clauses.json"])
def test_clauses_are_loaded_with_their_source(
    connection: Connection, tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / name, [HEADER, *CLAUSES])
    report = import_clauses(connection, path)
    assert (report.read, report.inserted, report.changed, report.unchanged) == (2, 2, 0, 0)
    row = connection.execute(
        "select title, formula, application, source, file_name"
        "  from catalog.code_references join catalog.imports using (import_id)"
        " where code = 'ASCE 7-16' and section = '26.8.2'"
    ).fetchone()
    assert row == {
        "title": "Topographic Factor",
        "formula": "Kzt = (1 + K1 K2 K3)^2",
        "application": "Hills and ridges",
        "source": name,
        "file_name": name,
    }
    again = import_clauses(connection, path)
    assert (again.unchanged, again.is_recorded) == (2, False)


def test_a_changed_clause_is_held_back_unless_asked(
    connection: Connection, migrated_database: str, tmp_path: Path
) -> None:
    changed = [["ACI 318-19", "22.5", "One-way shear", "Vn = Vc", "Footings"], *CLAUSES]
    path = write(tmp_path / "clauses.csv", [HEADER, *changed])

    def formula() -> Any:
        return connection.execute(
            "select formula from catalog.code_references where section = '22.5'"
        ).fetchone()["formula"]

    run = [sys.executable, "-m", "tooling", "import-asce", str(path), "--dsn", migrated_database]
    dry = subprocess.run([*run, "--dry-run", "--json"], capture_output=True, text=True, check=False)
    assert dry.returncode == Exit.CHANGED
    assert json.loads(dry.stdout)["inserted"] == 2
    count = connection.execute("select count(*) as n from catalog.code_references").fetchone()["n"]
    held = subprocess.run([*run, "--json"], capture_output=True, text=True, check=False)
    assert held.returncode == Exit.CHANGED
    said = json.loads(held.stdout)
    assert (said["inserted"], said["changed"], said["kept"]) == (2, 1, False)
    assert {"name": "ACI 318-19 22.5", "units": None, "symbol": "formula", "was": "Vn = Vc + Vs",
            "now": "Vn = Vc"} in said["changes"]  # fmt: skip
    assert formula() == "Vn = Vc + Vs"
    after = connection.execute("select count(*) as n from catalog.code_references").fetchone()["n"]
    assert after == count + 2
    kept = subprocess.run([*run, "--keep-changes"], capture_output=True, text=True, check=False)
    assert kept.returncode == Exit.OK
    assert formula() == "Vn = Vc"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.csv", "code,section,title\nA,1,T\n", "c.csv, row 1: no column application"),
        (
            "c.csv",
            "code,section,title,application,price\nA,1,T,U,2\n",
            "c.csv, row 1: unknown column 'price'",
        ),
        (
            "c.csv",
            "code,section,title,application\nA,1,,U\n",
            "c.csv, row 2, column title: no value",
        ),
        ("c.csv", "code,section,title,application\nA,1,T\n", "c.csv, row 2: 3 cells under 4"),
        (
            "c.csv",
            "code,section,title,application\nA,1,T,U\nA,1,V,W\n",
            "c.csv, row 3: A 1 is given twice, first in row 2",
        ),
        ("c.csv", "code,section,title,application\n", "holds no clauses"),
        ("c.json", '{"code": "A"}', "not a list of clauses"),
        ("c.json", '[{"code": "A"', "not valid JSON"),
        ("c.json", "[3]", "c.json, row 1: not an object"),
        (
            "c.json",
            '[{"code": "A", "section": 1, "title": "T", "application": "U"}]',
            "c.json, row 1, column section: not a string",
        ),
        (
            "c.json",
            '[{"code": "A\\ud800", "section": "1", "title": "T", "application": "U"}]',
            "c.json, row 1, column code: U+D800 is no character of a text",
        ),
        (
            "c.json",
            '[{"code": "A", "section": "1", "title": "T\\u0000", "application": "U"}]',
            "c.json, row 1, column title: U+0000 is no character of a text",
        ),
        (
            "c.json",
            '[{"code": "A", "section": "1", "section": "2", "title": "T", "application": "U"}]',
            "c.json, row 1: 'section' is given twice",
        ),
        ("c.json", '[{"\\ud800": "A"}]', "c.json, row 1: no column code"),
        ("c.json", "[" + "1" * 5000 + "]", "not valid JSON: Exceeds the limit"),
        ("c.json", "[" * 100000, "not valid JSON"),
        (
            "c.csv",
            "code,section,title,application\nASCE 7-16,26.7,T,U\nasce  7\u201316,26.7,V,W\n",
            "c.csv, row 3: ASCE 7-16 26.7 is given twice, first in row 2",
        ),
        (
            "c.csv",
            "code,section,title,application\nA,1,T\x07,U\n",
            "c.csv, row 2, column title: U+0007 is no character",
        ),
        ("c.txt", "code", "not csv or json"),
    ],
)
def test_bad_input_writes_nothing(
    connection: Connection, tmp_path: Path, name: str, content: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        import_clauses(connection, path)
    assert message in caught.value.message
    count = connection.execute(
        "select count(*) as n from catalog.imports where kind = 'asce'"
    ).fetchone()
    assert count == {"n": 0}


def test_a_code_is_one_however_it_is_spelled(connection: Connection, tmp_path: Path) -> None:
    spelled = [["asce 7\u201316", " 26.10.2 ", "Velocity Pressure", "", "Pressure"],
               ["Bs 5950", "1\u20112", "Scope", "", "Scope"]]  # fmt: skip
    path = write(tmp_path / "clauses.csv", [HEADER, *spelled])
    report = import_clauses(connection, path)
    assert (report.inserted, report.changed) == (1, 1)
    again = [["BS 5950", "1-2", "Scope", "", "Scope"]]
    report = import_clauses(connection, write(tmp_path / "again.csv", [HEADER, *again]))
    assert (report.inserted, report.changed) == (0, 1)  # another source
    rows = connection.execute(
        "select code, section from catalog.code_references where code ilike 'bs%'"
    ).fetchall()
    assert rows == [{"code": "Bs 5950", "section": "1-2"}]
