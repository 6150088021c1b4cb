"""Every SQL file parses: sqlfluff skips what it does not know, PostgreSQL's parser decides."""

import re
from pathlib import Path

import pglast
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("sql", "migrations", "tests/pgtap")
FILES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.sql"))
PSQL_COMMAND = re.compile(r"^\\.*$", re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_postgresql_can_parse(file: Path) -> None:
    assert pglast.parse_sql(PSQL_COMMAND.sub("", file.read_text(encoding="utf-8")))


def test_there_are_files_in_each_folder() -> None:
    assert {folder for folder in FOLDERS for file in FILES if ROOT / folder in file.parents} == set(
        FOLDERS
    )
