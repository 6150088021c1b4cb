"""One place turns what a server says into an error, a hint and an exit code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tooling.database import as_role
from tooling.errors import Exit


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tooling", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", [("partition", "list"), ("catalog", "lightest", "HSS")])
def test_a_database_without_the_schema_is_told_to_migrate(
    empty_database: str, command: tuple[str, ...]
) -> None:
    done = run(*command, "--dsn", empty_database)
    assert done.returncode not in (Exit.OK, Exit.USAGE)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "hint: Apply the migrations first, with `tooling migrate`" in done.stderr


def test_a_missing_privilege_is_told_with_a_remedy(migrated_database: str) -> None:
    url = as_role(migrated_database, "eagle_reader")
    done = run("partition", "list", "--dsn", url)
    assert done.returncode == Exit.FAILED
    assert done.stderr == (
        "error: permission denied for schema ops (SQLSTATE 42501)\n"
        "hint: Connect as a role that has the privilege, or have it granted.\n"
    )


def test_without_a_server_the_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith("PG") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    (tmp_path / "pyproject.toml").write_text("[tool.tooling]\n")
    monkeypatch.setenv("TOOLING_PROJECT", str(tmp_path))
    done = run("seed")
    assert done.returncode == Exit.CONNECTION
    said = f"error: no database to connect to: the embedded server of {tmp_path} does not run\n"
    assert done.stderr.startswith(said)
    assert "or give --dsn" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("metrics", "--port", "99999"),
        ("partition", "retire", "app.nope", "--dsn", "{}"),
        ("catalog", "shape"),
        ("nope",),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_an_error_with_a_hint(
    migrated_database: str, words: tuple[str, ...]
) -> None:
    done = run(*(migrated_database if word == "{}" else word for word in words))
    assert done.returncode == Exit.USAGE
    *_, error, hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert re.fullmatch(r"hint: Try '.*tooling.* --help'\.", hint)
