"""One place turns what a server says into an error, a hint and an exit code."""

import subprocess
import sys

import pytest

from tooling.errors import Exit


@pytest.mark.parametrize("command", [("partition", "list"), ("catalog", "lightest", "HSS")])
def test_a_database_without_the_schema_is_told_to_migrate(
    empty_database: str, command: tuple[str, ...]
) -> None:
    run = [sys.executable, "-m", "tooling", *command, "--dsn", empty_database]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode not in (Exit.OK, Exit.USAGE)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "hint: Apply the migrations first, with `tooling migrate`" in done.stderr
