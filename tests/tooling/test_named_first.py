"""A command that writes names server and database before it connects to them."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pgproof.cli import group as runner
from tests.conftest import ROOT
from tests.tooling.test_command_line import commands
from tooling.cli import group
from tooling.errors import ToolingError

NOWHERE = "postgresql://nobody:secret@127.0.0.1:1/x"  # pragma: allowlist secret
READ = {
    *("tooling account status", "tooling audit check", "tooling audit verify"),
    *("tooling catalog clause", "tooling catalog constant", "tooling catalog diff"),
    *("tooling catalog doubts", "tooling catalog imports", "tooling catalog lightest"),
    *("tooling catalog material", "tooling catalog price", "tooling catalog shape"),
    *("tooling catalog soil", "tooling catalog source", "tooling integrity", "tooling job list"),
    *("tooling job timers", "tooling metrics", "tooling partition list", "tooling postflight"),
    *("tooling preflight", "tooling search-feed", "tooling top", "tooling docs reference"),
    *(f"{program} {name}" for program in ("tooling", "pgproof") for name in ("plan", "status")),
    *(f"{program} drift" for program in ("tooling", "pgproof")),
}
"""Commands that write nothing to the database that --dsn names."""
SERVERS = {"coverage", "compat", "mutate", "order", "review", "trace", "verify"}
"""Commands that write to scratch databases alone."""
WORDS = {
    "tooling catalog correct": ["price", "base_est", "v1", "price_usd=1", "--reason", "x"],
    "tooling catalog publish": ["price", "base_est", "v2", "price_usd=1"],
    "tooling catalog undo": ["9f2c41d0"],
    "tooling catalog withdraw": ["price", "base_est", "v1", "--reason", "x"],
    "tooling account add-key": ["k1", "{tmp}/key"],
    "tooling account remove-key": ["k1"],
    "tooling audit anchor": ["{tmp}/x.anchor", "--key", "{tmp}/key"],
    "tooling backup load": ["{tmp}/x.dump", "--into", "x"],
    "tooling generate": ["--projects", "1"],
    "tooling import-asce": ["{tmp}/x.csv"],
    "tooling job run": ["partition-ensure"],
    "tooling partition restore": ["app.x"],
    "tooling restore": ["--into", "x", "--table", "app.projects"],
    "tooling backup restore": ["--into", "x", "--table", "app.projects"],
    "tooling baseline": ["0001.core-schema"],
    "tooling compat": ["--function", "app.*"],
    "pgproof compat": ["--function", "app.*"],
    "tooling order": ["--base", "HEAD"],
    "pgproof order": ["--base", "HEAD"],
    "pgproof baseline": ["0001.core-schema"],
    "pgproof import": ["dbmate", "{tmp}", "--adopt"],
}
CONNECTING = {
    context.command_path: command
    for program, name in ((group, "tooling"), (runner, "pgproof"))
    for command, context in commands(program, name)
    if any(one.name == "dsn" for one in command.params)
}


def run(path: str, folder: Path) -> None:
    """Run a command for a server that does not answer, in this process, which is much faster."""
    program, *words = path.split()
    words += [word.replace("{tmp}", str(folder)) for word in WORDS.get(path, [])]
    main = {"tooling": group, "pgproof": runner}[program].main
    with contextlib.suppress(ToolingError):
        main([*words, "--dsn", NOWHERE], prog_name=program, standalone_mode=False)


def test_commands_that_read_are_commands() -> None:
    assert CONNECTING.keys() >= READ | WORDS.keys()
    assert {path.split()[-1] for path in CONNECTING} >= SERVERS


@pytest.mark.parametrize("path", sorted(CONNECTING.keys() - READ))
def test_what_writes_names_the_database_first(
    path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLING_BACKUP_HOME", str(tmp_path / "backups"))
    run(path, tmp_path)
    said = capsys.readouterr().err
    if path.split()[-1] in SERVERS:
        expected = "server: 127.0.0.1:1, for scratch databases"
    else:
        expected = "database: x on 127.0.0.1:1"
    assert said.splitlines()[:1] == [expected]
    assert "secret" not in said


def test_the_embedded_server_is_that_of_the_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another clone's folder is current, as if its own command were meant."""
    for name in list(os.environ):
        if name.startswith("PG") or name in ("DATABASE_URL", "TOOLING_PROJECT"):
            monkeypatch.delenv(name)
    (tmp_path / "pyproject.toml").write_text("[tool.tooling]\n")
    program = [sys.executable, "-c", "from tooling import settings; print(settings.load().root)"]
    found = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout == f"{ROOT}\n"
    monkeypatch.setenv("TOOLING_PROJECT", str(tmp_path))
    named = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    assert named.stdout == f"{tmp_path}\n"
