"""On a terminal of 80 columns no table is wider, whatever it holds."""

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import psycopg
import pytest

from pgproof.printing import columns
from tests.conftest import ROOT

WIDTH = 80
TABLES = {
    "account": ["account", "status"],
    "constants": ["catalog", "constant", "K_FACTOR", "--all"],
    "integrity": ["integrity", "--quick", "--all"],
    "jobs": ["job", "list"],
    "partitions": ["partition", "list"],
    "plan": ["plan"],
    "prices": ["catalog", "price", "base_est"],
    "server checks": ["preflight", "--check", "server"],
    "status": ["status"],
    "what is checked": ["preflight", "--list"],
}


def on_a_terminal(*words: str) -> list[str]:
    """Return the lines that a command prints on a terminal of 80 columns."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(ours, (24, WIDTH))
    environment = {**os.environ, "COLUMNS": "", "LINES": "", "TERM": "dumb"}
    run = [sys.executable, "-m", "tooling", *words]
    with subprocess.Popen(
        run, cwd=ROOT, env=environment, stdout=its, stderr=subprocess.PIPE
    ) as process:
        os.close(its)
        printed = b""
        try:
            while more := os.read(ours, 65536):
                printed += more
        except OSError:  # The other end of a terminal is gone.
            pass
        assert process.stderr is not None
        said = process.stderr.read()
    os.close(ours)
    lines = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", printed).decode().splitlines()
    assert lines, said
    return lines


@pytest.fixture
def pending(tmp_path: Path) -> Path:
    """Return a folder of migrations with one that has long statements, with pages of its own."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.pgproof]\nledger_schema = 'elsewhere'\n")
    file = tmp_path / "migrations/0001.a-name-that-is-rather-long-for-a-migration.sql"
    file.write_text(
        "alter table app.projects add column priority integer, add column of_a_long_name text;\n"
        "update app.projects set priority = case status when 'submitted' then 1 else 3 end;\n"
    )
    file.with_suffix(".rollback.sql").write_text(
        "alter table app.projects drop column priority, drop column of_a_long_name;\n"
    )
    return tmp_path / "migrations"


@pytest.mark.parametrize("words", TABLES.values(), ids=TABLES)
def test_the_table_of_a_command_fits(
    migrated_database: str, pending: Path, words: list[str]
) -> None:
    with psycopg.connect(migrated_database) as connection:
        long = "the disk of the backups is full, and nobody has answered the page since " * 3
        connection.execute(
            "insert into ops.job_runs (job, started_at, finished_at, outcome, exit_code, message)"
            " values ('backup', now(), now(), 'failed', 1, %s)",
            [long],
        )
    given = [] if "--list" in words else ["--dsn", migrated_database]
    if words[0] in ("plan", "status"):
        given += ["--migrations", str(pending)]
    lines = on_a_terminal(*words, *given)
    tables = [line for line in lines if not re.match(r"  (squawk|statement|rollback)\b", line)]
    assert [line for line in tables if len(line) > WIDTH] == []


def test_columns_without_room_follow_below(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(WIDTH))
        rows = [[f"column{n}" for n in range(12)], [n * 10**9 for n in range(12)]]
        lines = list(columns(rows))
        wrapped = list(columns([("name", "text", 7), ("x" * 30, "word " * 40, 1)], indent=2))
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.startswith("column0") for line in lines) > 1
    assert all(any(f"column{n}" in line for line in lines) for n in range(12))
    assert max(map(len, wrapped)) <= WIDTH - 2
    assert " ".join(" ".join(wrapped).split()).count("word") == 40
