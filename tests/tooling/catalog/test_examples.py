"""The call that documents each function of the schema catalog gives the result beside it."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.catalog import files
from tests.tooling.catalog.conftest import ROOT
from tooling import catalog

FUNCTIONS = sorted((ROOT / "sql/catalog/functions").glob("*.sql"))
# A trigger function cannot be called.
UNCALLABLE = {"protect_published_version"}
NEEDS_WORKBOOK = {
    "diff",
    "find_shape",
    "lightest_sections",
    "newest_edition",
    "shape_properties",
    "shape_sources",
}


def example(path: Path) -> tuple[str, list[str]]:
    """Return the call in the comment that opens a file, and the lines of its result."""
    head = path.read_text(encoding="utf-8").split("create function", 1)[0]
    indented = re.findall(r"^--     (.*)$", head, re.MULTILINE)
    call = [line for line in indented if not line.startswith("-- ")]
    return "\n".join(call), [line[3:] for line in indented if line.startswith("-- ")]


@pytest.fixture(scope="module")
def filled(shared_database: str, aisc_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Yield the URL of a database with AISC's edition v16.0 and an invented v15.0."""
    old = files.v15(tmp_path_factory.mktemp("old") / "v15.0.csv")
    with psycopg.connect(shared_database, autocommit=True) as connection:
        catalog.import_file(connection, aisc_data / "aisc-shapes-database-v16.0.xlsx")
        catalog.import_file(connection, old)
    yield shared_database
    with psycopg.connect(shared_database) as connection:
        connection.execute("delete from catalog.material_catalog where kind = 'section'")
        connection.execute("delete from catalog.imports where kind <> 'seed'")


def test_every_function_has_an_example() -> None:
    assert {path.stem for path in FUNCTIONS} >= NEEDS_WORKBOOK | UNCALLABLE
    without = {path.stem for path in FUNCTIONS if not all(example(path))}
    assert without == UNCALLABLE


@pytest.mark.parametrize(
    "path",
    [path for path in FUNCTIONS if path.stem in NEEDS_WORKBOOK],
    ids=lambda path: path.stem,
)
def test_an_example_with_steel_sections(filled: str, path: Path) -> None:
    check(filled, path)


@pytest.mark.parametrize(
    "path",
    [path for path in FUNCTIONS if path.stem not in NEEDS_WORKBOOK | UNCALLABLE],
    ids=lambda path: path.stem,
)
def test_an_example_with_seeds_alone(migrated_database: str, path: Path) -> None:
    check(migrated_database, path)


def check(url: str, path: Path) -> None:
    call, result = example(path)
    with psycopg.connect(url) as connection:
        rows = connection.execute(call.rstrip(";")).fetchall()  # type: ignore[arg-type]
        connection.rollback()
    assert [" | ".join("" if cell is None else str(cell) for cell in row) for row in rows] == result
