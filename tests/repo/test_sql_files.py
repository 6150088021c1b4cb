"""Every SQL file parses: sqlfluff skips what it does not know, PostgreSQL's parser decides."""

import re
from pathlib import Path

import pglast
import pytest

from pgproof.files.folder import read
from pgproof.files.restores import problems
from pgproof.files.script import Script

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("sql", "migrations", "tests/pgtap")
FILES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.sql"))
PSQL_COMMAND = re.compile(r"^\\.*$", re.MULTILINE)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_postgresql_can_parse(file: Path) -> None:
    """A rollback file may restore by directives alone."""
    statements = pglast.parse_sql(PSQL_COMMAND.sub("", file.read_text(encoding="utf-8")))
    assert statements or Script(file, file.read_bytes()).header.restores


def test_every_directive_of_a_rollback_file_resolves() -> None:
    ordered = read(ROOT / "migrations").ordered()
    undo = [Script(one.undo, one.undo.read_bytes()) for one in ordered if one.undo]
    assert any(script.header.restores for script in undo)
    assert problems(ordered, ordered, ()) == []


def test_there_are_files_in_each_folder() -> None:
    assert {folder for folder in FOLDERS for file in FILES if ROOT / folder in file.parents} == set(
        FOLDERS
    )
