"""`pgproof init` makes a repository that works."""

import subprocess
import sys
from pathlib import Path

import pytest

from pgproof.errors import Exit
from pgproof.files.starter import FILES


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_an_empty_folder_becomes_a_repository_whose_own_test_passes(tmp_path: Path) -> None:
    made = run(tmp_path, "pgproof", "init")
    assert sorted(made.stdout.split()) == sorted(FILES)
    status = run(tmp_path, "pgproof", "plan", "--server", str(tmp_path / "data"))
    assert "create table people" in status.stdout, status.stderr
    stopped = run(tmp_path, "pgproof", "server", "--stop", "--server", str(tmp_path / "data"))
    assert stopped.returncode == Exit.OK
    tested = run(tmp_path, "unittest", "discover", "tests")
    assert tested.returncode == 0, tested.stderr
    assert "Ran 1 test" in tested.stderr


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "pgproof.toml").write_text("owner = 'mine'\n")
    refused = run(tmp_path, "pgproof", "init")
    assert refused.returncode == Exit.REFUSED
    assert "pgproof.toml is there already" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pgproof.toml"]


@pytest.mark.parametrize("arguments", [["--dry-run"], ["--dry-run", "--json"]])
def test_a_dry_run_writes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    assert run(tmp_path, "pgproof", "init", "new", *arguments).returncode == Exit.OK
    assert list(tmp_path.iterdir()) == []
