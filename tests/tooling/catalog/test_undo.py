"""An import can be undone: what it wrote is taken back, and stays on record."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.common import tooling
from tests.tooling.catalog.shapes import SHAPES, Shape
from tooling import catalog
from tooling.catalog.clauses import import_clauses
from tooling.errors import Exit

Connection = psycopg.Connection[Any]
_ROWS = (
    "select coalesce(string_agg(to_jsonb(t)::text, e'\\n' order by shape), '') as rows"
    "  from catalog.material_catalog as t where kind = 'section'"
)
_LAST = (
    "select import_id::text as id from catalog.imports order by imported_at desc, import_id desc"
)
_FAULTS = "select * from ops.find_recorded_faults() where check_name = 'catalog-rows'"


@pytest.fixture
def connection(migrated_database: str) -> Any:
    """Clauses are seeds too: these tests need a database of their own."""
    with psycopg.connect(migrated_database, autocommit=True) as opened:
        yield opened


def state(connection: Connection) -> str:
    return str(connection.execute(_ROWS).fetchone()[0])


def last(connection: Connection) -> str:
    return str(connection.execute(_LAST).fetchone()[0])


def test_imports_are_undone_newest_first_and_all_is_as_before(
    connection: Connection, migrated_database: str, tmp_path: Path
) -> None:
    first, second, *rest = SHAPES
    empty = state(connection)
    # US units alone; then both, which completes; then a changed value and a section more.
    us = files.text_file(tmp_path / "us-v15.0.csv", files.table([second, *rest], systems=("us",)))
    catalog.import_file(connection, us)
    states = [state(connection)]
    names = [last(connection)]
    catalog.import_file(connection, files.v15(tmp_path / "v15.0.csv", [second, *rest]))
    states.append(state(connection))
    names.append(last(connection))
    changed = Shape(second.label, second.type, second.us | {"J": second.us["J"] * 1.01})
    more = files.v15(tmp_path / "more-v15.0.csv", [first, changed, *rest])
    report = catalog.import_file(connection, more, keep_changes=True)
    assert (report.inserted, report.changed) == (1, 1)
    names.append(last(connection))

    refused = tooling(migrated_database, "catalog", "undo", names[0])
    assert refused.returncode == Exit.REFUSED
    assert "replaced rows of import" in refused.stderr
    assert f"hint: Undo that one first: tooling catalog undo {names[1]}" in refused.stderr

    dry = tooling(migrated_database, "catalog", "undo", names[2], "--dry-run", "--json")
    assert json.loads(dry.stdout) | {"removed": 1, "dry_run": True} == json.loads(dry.stdout)
    assert state(connection) != states[1]
    for name, before in zip(reversed(names), [states[1], states[0], empty], strict=True):
        done = tooling(migrated_database, "catalog", "undo", name[-8:], "--reason", "a test")
        assert done.returncode == Exit.OK, done.stderr
        assert state(connection) == before
        assert connection.execute(_FAULTS).fetchall() == []

    listed = json.loads(tooling(migrated_database, "catalog", "imports", "--json").stdout)
    undone = [one for one in listed if one["kind"] == "aisc"]
    assert all(one["state"].endswith(": a test") for one in undone)
    gone = tooling(migrated_database, "catalog", "shape", first.label)
    assert gone.returncode == Exit.INPUT
    again = tooling(migrated_database, "catalog", "undo", names[2])
    assert again.returncode == Exit.REFUSED
    # What was taken back can be imported again.
    assert catalog.import_file(connection, more).inserted == len(SHAPES)


def test_a_section_that_was_taken_back_says_so(
    connection: Connection, migrated_database: str, tmp_path: Path
) -> None:
    catalog.import_file(connection, files.v15(tmp_path / "v15.0.csv", SHAPES[1:]))
    catalog.import_file(connection, files.v15(tmp_path / "more-v15.0.csv"))
    tooling(migrated_database, "catalog", "undo", last(connection), "--reason", "wrong file")
    done = tooling(migrated_database, "catalog", "shape", SHAPES[0].label)
    assert "was undone by" in done.stderr
    assert ": wrong file" in done.stderr


def test_clauses_are_undone_too(
    connection: Connection, migrated_database: str, tmp_path: Path
) -> None:
    def formulas() -> list[Any]:
        return connection.execute(
            "select code, section, formula, import_id from catalog.code_references order by 1, 2"
        ).fetchall()

    before = formulas()
    path = tmp_path / "clauses.csv"
    path.write_text(
        "code,section,title,formula,application\n"
        "aci 318\u201319,22.5,One-way shear strength,Vn = Vc,Footings\n"
        "ASCE 7-16,26.7,Exposure,,Site\n",
        encoding="utf-8",
    )
    report = import_clauses(connection, path, keep_changes=True)
    assert (report.inserted, report.changed) == (1, 1)
    done = tooling(migrated_database, "catalog", "undo", last(connection))
    assert done.returncode == Exit.OK, done.stderr
    assert "1 rows removed, 1 restored" in done.stdout
    assert formulas() == before
    assert connection.execute(_FAULTS).fetchall() == []


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("zz", Exit.INPUT, "'zz' names no import"),
        ("%%%%%%", Exit.INPUT, "'%%%%%%' names no import"),
        ("00000000-0000-7000-8000-000000000000", Exit.INPUT, "names no import"),
    ],
)
def test_a_name_of_no_import(migrated_database: str, name: str, code: Exit, message: str) -> None:
    done = tooling(migrated_database, "catalog", "undo", name)
    assert done.returncode == code
    assert message in done.stderr


def test_a_seed_is_not_undone(connection: Connection, migrated_database: str) -> None:
    done = tooling(migrated_database, "catalog", "undo", last(connection))
    assert done.returncode == Exit.REFUSED
    assert "is of a seed" in done.stderr
