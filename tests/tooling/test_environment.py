"""`tooling compose-env`: strong values, made once, that nobody else reads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyrage import x25519

from tooling import environment
from tooling.errors import Exit, RefusedError

COMPOSE = """
services:
  one:
    environment:
      A: ${ONE_PASSWORD:?make compose-env writes it}
      B: ${ONE_KEY:?make compose-env writes it}
      C: ${ONE_PASSWORD:?make compose-env writes it}
    ports: ["127.0.0.1:${ONE_PORT:-1}:1"]
"""
MORE = "services: {two: {environment: {A: '${TWO_SECRET:?make compose-env writes it}'}}}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOOLING_PROJECT", str(tmp_path))
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "pyproject.toml").write_text("[tool.tooling]\n")
    return tmp_path


def test_what_the_files_ask_for_is_made_once(root: Path) -> None:
    assert environment.complete(root) == ["ONE_PASSWORD", "ONE_KEY"]
    first = (root / ".env").read_text()
    assert environment.complete(root) == []
    assert (root / ".env").read_text() == first


def test_what_is_new_is_added_and_what_was_there_stays(root: Path) -> None:
    mine = "long-enough-and-my-own"
    own = f"# mine\nexport ONE_PASSWORD='{mine}'\nOTHER=1"
    (root / ".env").write_text(own)
    (root / "compose.more.yaml").write_text(MORE)
    assert environment.complete(root) == ["TWO_SECRET", "ONE_KEY"]
    text = (root / ".env").read_text()
    assert text.startswith(f"{own}\n")
    assert environment.values(text)["ONE_PASSWORD"] == mine


def test_only_its_owner_reads_it(root: Path) -> None:
    (root / ".env").write_text("")
    (root / ".env").chmod(0o644)
    before = os.umask(0)
    try:
        environment.complete(root)
    finally:
        os.umask(before)
    assert (root / ".env").stat().st_mode & 0o777 == 0o600
    assert {file.name for file in root.iterdir()} == {".env", "compose.yaml", "pyproject.toml"}


@pytest.mark.parametrize("weak", ["", "postgres", "ChangeMe", "short-one", "'secret'"])
def test_a_value_that_is_guessed_is_refused(root: Path, weak: str) -> None:
    (root / ".env").write_text(f"ONE_PASSWORD={weak}\n")
    with pytest.raises(RefusedError, match="ONE_PASSWORD"):
        environment.complete(root)
    assert (root / ".env").read_text() == f"ONE_PASSWORD={weak}\n"


@pytest.mark.parametrize(("name", "length"), [("X_PASSWORD", 32), ("X_SECRET", 40), ("X_KEY", 20)])
def test_a_value_needs_no_quotes_and_is_never_the_same(name: str, length: int) -> None:
    made = {environment.generated(name) for _ in range(200)}
    assert len(made) == 200
    for value in made:
        assert len(value) == length
        assert value.replace("-", "").isalnum()
        assert value[0] != "-"
        if not name.endswith("_KEY"):
            tests = (str.isupper, str.islower, str.isdigit, lambda one: not one.isalnum())
            assert all(any(map(test, value)) for test in tests)


ASKING = "services: {two: {environment: {A: '${BACKUP_RECIPIENTS:?make compose-env writes it}'}}}"


def test_keys_for_copies_of_backups_are_made_once(root: Path) -> None:
    (root / "compose.yaml").write_text(ASKING)
    assert environment.complete(root, dry_run=True) == ["BACKUP_RECIPIENTS"]
    assert not (root / "backups.key").exists()
    assert environment.complete(root) == ["BACKUP_RECIPIENTS"]
    public = (root / "backups.key.pub").read_text()
    assert (root / ".env").read_text() == f"BACKUP_RECIPIENTS={public}"
    assert (root / "backups.key").stat().st_mode & 0o777 == 0o600


def test_keys_that_were_made_on_another_machine_are_taken(root: Path) -> None:
    (root / "compose.yaml").write_text(ASKING)
    keys = [str(x25519.Identity.generate().to_public()) for _ in range(2)]
    (root / "backups.key.pub").write_text("# two people\n" + "\n".join(keys) + "\n")
    environment.complete(root)
    assert environment.values((root / ".env").read_text())["BACKUP_RECIPIENTS"] == ",".join(keys)
    assert not (root / "backups.key").exists()


def test_the_command_says_where_the_secret_key_is(root: Path) -> None:
    (root / "compose.yaml").write_text(ASKING)
    done = subprocess.run(
        [sys.executable, "-m", "tooling", "compose-env"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (Exit.OK, "BACKUP_RECIPIENTS\n")
    assert "backups.key decrypts the copies of backups: move it" in done.stderr


def test_a_name_that_says_no_kind_is_refused() -> None:
    with pytest.raises(RefusedError, match="X_TOKEN"):
        environment.generated("X_TOKEN")


def test_the_command_prints_names_and_no_value(root: Path) -> None:
    for arguments, said in (
        (["--dry-run"], "2 would be added to .env\n"),
        ([], "2 added to .env\n"),
        ([], "0 added to .env\n"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "tooling", "compose-env", *arguments],
            cwd=root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (Exit.OK, said)
        assert (root / ".env").exists() != bool(arguments)
        listed = "" if said.startswith("0") else "ONE_PASSWORD\nONE_KEY\n"
        assert done.stdout == listed
