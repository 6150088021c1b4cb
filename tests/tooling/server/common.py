"""What the tests of the embedded server share."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from tooling.server import embedded
from tooling.server.server import Server


def tooling(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in the project `root`, without any of the caller's connection settings."""
    (root / "pyproject.toml").write_text("[tool.tooling]\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    kept.pop("DATABASE_URL", None)
    kept["TOOLING_PROJECT"] = str(root)
    command = [sys.executable, "-m", "tooling", *arguments]
    return subprocess.run(command, cwd=root, env=kept, capture_output=True, text=True, check=False)


def start(root: Path) -> Server:
    return embedded.start(root, durable=False)


def answer(url: str, query: str = "select 42") -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]
