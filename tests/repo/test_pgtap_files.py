"""tests/pgtap is a table of contents: every object of sql/ has its specification there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATIONS = ROOT / "tests/pgtap"
OBJECTS = {file.relative_to(ROOT / "sql") for file in (ROOT / "sql").glob("*/*/*.sql")}
FILES = sorted(SPECIFICATIONS.rglob("*.sql"))
KINDS = {"operators", "types", "tables", "functions", "policies", "matviews", "views"}


def test_every_object_has_a_specification() -> None:
    assert sorted(str(name) for name in OBJECTS if not (SPECIFICATIONS / name).is_file()) == []


def test_every_specification_is_of_an_object() -> None:
    named = {file.relative_to(SPECIFICATIONS) for file in FILES if file.parent.name in KINDS}
    assert sorted(str(name) for name in named - OBJECTS) == []


@pytest.mark.parametrize("schema", sorted({name.parts[0] for name in OBJECTS}))
def test_every_schema_has_its_grants_and_indexes_specified(schema: str) -> None:
    assert (SPECIFICATIONS / schema / "grants.sql").is_file()
    planned = (SPECIFICATIONS / schema / "indexes.sql").read_text(encoding="utf-8")
    assert f"every_index_is_planned('{schema}')" in planned


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SPECIFICATIONS)))
def test_a_specification_counts_its_tests_and_leaves_nothing_behind(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.match(r"begin;\nselect plan\([1-9]\d*\);\n", text)
    assert text.endswith("\nselect * from finish();\nrollback;\n")


def test_every_helper_is_included() -> None:
    included = {
        (file.parent / name).resolve()
        for file in SPECIFICATIONS.rglob("*.*sql")
        for name in re.findall(r"^\\ir (\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert sorted(set(SPECIFICATIONS.rglob("*.psql")) ^ included) == []
