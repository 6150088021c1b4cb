"""A server with a table, its backups, and the commands as an operator types them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT
from tooling.backup import catalog, wal
from tooling.backup.settings import BackupSettings
from tooling.server import places
from tooling.server.embedded import temporary_server
from tooling.server.server import Server


@dataclass(frozen=True)
class World:
    """A server, and the folder in which its backups and what is restored from them are."""

    server: Server
    place: Path
    url: str
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.place / "backups"

    @property
    def settings(self) -> BackupSettings:
        return BackupSettings(self.home)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        ours = {
            "DATABASE_URL": self.url,
            "TOOLING_BACKUP_HOME": str(self.home),
            "PGPROOF_REQUIRE_EMPTY": "false",
        }
        return {**kept, **ours, **self.given}

    def tooling(self, *words: object, **given: str) -> "subprocess.CompletedProcess[str]":
        """Run `tooling` in the repository."""
        return subprocess.run(
            [sys.executable, "-m", "tooling", *map(str, words)],
            cwd=ROOT,
            env={**self.environment(), **given},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, *words: object) -> "subprocess.Popen[bytes]":
        """Start `tooling` in a process group of its own, which the caller ends."""
        return subprocess.Popen(
            [sys.executable, "-m", "tooling", *map(str, words)],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def json(self, *words: object) -> Any:
        """Run a command that must succeed; return what it prints as JSON."""
        done = self.tooling(*words, "--json")
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def sql(self, query: str, url: str | None = None) -> list[tuple[Any, ...]]:
        """Run a statement; return its rows."""
        with psycopg.connect(url or self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def insert(self, value: int) -> None:
        self.sql(f"insert into kept values ({value})")

    def kept(self, url: str | None = None) -> list[int]:
        """Return the values in the table, in order."""
        return [value for (value,) in self.sql("select value from kept order by value", url)]

    def backups(self) -> list[catalog.Backup]:
        return catalog.backups(self.settings)

    def last_segment(self) -> Path:
        """Return the newest segment in the archive."""
        return list(wal.archived(self.settings).values())[-1]

    def received(self) -> None:
        """Wait until the receiver has written all that was committed until now."""
        last = "pg_walfile_name_offset(pg_logical_emit_message(true, 'tests', 'received'))"
        ((name, end),) = self.sql(f"select file_name, file_offset from {last}")
        file = self.home / f"main/streaming/{name}.partial"
        deadline = time.monotonic() + 60
        # Up to seven zeros follow a record.
        while not (file.exists() and any(file.read_bytes()[end - 8 : end])):
            assert time.monotonic() < deadline, f"{name} is not received up to {end}"
            time.sleep(0.02)

    def stop_copy(self, folder: Path) -> None:
        """Stop and remove what was restored beside."""
        Server(self.server.bin_dir, folder, folder, 5432).stop("immediate")
        for path in folder.parent.glob(f"{folder.name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def world(
    settings: Mapping[str, object] | None = None,
    *,
    bin_dir: Path | None = None,
    database: str | None = None,
    durable: bool = False,
    data_in: Path | None = None,
) -> Iterator[World]:
    """Yield a world with a fresh server, whose table `kept` is empty; all of it goes at the end.

    The server's data is in `data_in`, if given; backups never are.
    """
    place = places.scratch_folder("eagle-backups-")
    place.chmod(0o755)
    given = {"TOOLING_BIN_DIR": str(bin_dir)} if bin_dir else {}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, place)
        with pytest.MonkeyPatch.context() as patch:
            if data_in:
                patch.setattr(tempfile, "tempdir", str(data_in))
            started = temporary_server(settings, bin_dir=bin_dir, durable=durable)
            server = stack.enter_context(started)
        made = World(server, place, server.url(database or "postgres"), given)
        stack.callback(made.tooling, "backup", "receive", "--stop")
        made.sql("create table kept (value int)")
        yield made


@contextmanager
def damaged(file: Path, *, at: int | None = None, size: int | None = None) -> Iterator[None]:
    """Change a byte of a file, or cut it short; put it back when the block ends."""
    was = file.read_bytes()
    changed = bytearray(was if size is None else was[:size])
    if at is not None:
        changed[at] ^= 0xFF
    file.write_bytes(changed)
    try:
        yield
    finally:
        file.write_bytes(was)
