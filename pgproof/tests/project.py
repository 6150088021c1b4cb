"""A folder of migrations and a database: what every test of the runner works on."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pgproof.ahead.plan import Plan, plan
from pgproof.ahead.status import status
from pgproof.connection import named
from pgproof.errors import Exit, RefusedError
from pgproof.run.baseline import baseline
from pgproof.run.migrate import migrate
from pgproof.run.options import Options, Result
from pgproof.run.rollback import rollback
from pgproof.settings import Settings

Event = tuple[str, dict[str, Any]]


@dataclass
class Project:
    folder: Path
    url: str
    settings: Settings
    events: list[Event] = field(default_factory=list)

    @classmethod
    def make(cls, root: Path, url: str, **settings: Any) -> "Project":
        folder = root / "migrations"
        folder.mkdir()
        defaults = Settings(root=root, migrations=folder)
        return cls(folder, url, replace(defaults, **settings))

    def write(self, name: str, sql: str, undo: str | None = "select 1;") -> Path:
        """Write `name`.sql, and its rollback file unless `undo` is None."""
        path = self.folder / f"{name}.sql"
        path.write_text(sql, encoding="utf-8")
        if undo is not None:
            (self.folder / f"{name}.rollback.sql").write_text(undo, encoding="utf-8")
        return path

    def with_settings(self, **settings: Any) -> "Project":
        return replace(self, settings=replace(self.settings, **settings), events=[])

    def report(self, event: str, /, **fields: Any) -> None:
        self.events.append((event, fields))

    def said(self, event: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.events if name == event]

    def migrate(self, **options: Any) -> Result:
        return migrate(self.url, self.settings, self.report, Options(**options))

    def rollback(self, **arguments: Any) -> Result:
        return rollback(self.url, self.settings, self.report, **arguments)

    def baseline(self, name: str, **arguments: Any) -> Result:
        return baseline(self.url, self.settings, name, self.report, **arguments)

    def plan(self) -> Plan:
        return plan(self.url, self.settings)

    def states(self) -> dict[str, str]:
        return {row.id: row.state for row in status(self.url, self.settings).rows}

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            cursor = connection.execute(sql.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, *values: Any) -> Any:
        return self.query(sql, *values)[0][0]

    @contextmanager
    def connect(self, **keywords: Any) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.url, autocommit=True, **keywords) as connection:
            yield connection

    def command(self, name: str, *arguments: str, cwd: Path | None = None) -> list[str]:
        dsn = () if name == "new" else ("--dsn", self.url)
        where = ("--migrations", str(self.folder))
        return [sys.executable, "-m", "pgproof", name, *where, *dsn, *arguments]

    def announced(self) -> str:
        """Return the line with which a command that writes begins."""
        database, server = named(self.url)
        return f"database: {database} on {server}\n"

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(name, *arguments), capture_output=True, text=True, check=False
        )


def refused(project: Project, what: str) -> RefusedError:
    """Return the refusal of a run that must have touched nothing."""
    before = project.query("select count(*) from pg_class")
    with pytest.raises(RefusedError, match=what) as caught:
        project.migrate()
    assert project.query("select count(*) from pg_class") == before
    assert caught.value.exit_code == Exit.REFUSED
    assert caught.value.hint
    return caught.value


@contextmanager
def in_background(target: Any) -> Iterator[list[Any]]:
    """Run `target` in a thread while the block runs; yields a list that gets its outcome."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(target())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield outcome
    finally:
        thread.join()
