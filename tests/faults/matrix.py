"""The matrix: states of a database between migrations, and cases that must end in the next one."""

import contextlib
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from pgproof.files.folder import UNDO, read
from pgproof.files.script import Migration
from pgproof.files.statement import Kind
from pgproof.run.migrate import migrate
from tests.faults import rows, victim
from tooling import fingerprint
from tooling.errors import ToolingError
from tooling.server.embedded import Server
from tooling.settings import Settings

_numbers = itertools.count(1)
_MAY_LAST = (Kind.CONCURRENT, Kind.CALL, Kind.OUTSIDE)
_DELAYS = (0.002, 0.03)


@dataclass(frozen=True)
class Case:
    """A fault at a boundary of a migration; with a delay, in the statement that follows it."""

    migration: str
    fault: str
    at: int
    delay: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a case ended; `detail` says what went wrong, and is empty where nothing did."""

    case: Case
    exit_code: int
    detail: str

    @property
    def survived(self) -> bool:
        return not self.detail


@dataclass
class Stage:
    """The state before one migration, and the fingerprint of the state after it.

    `boundaries` has an entry an event at which a fault may strike: whether what follows may last.
    """

    migration: Migration
    database: str
    settings: Settings
    catalog: str
    data: dict[str, tuple[int, str]]
    boundaries: list[bool]
    repair: str = ""


@dataclass
class Matrix:
    """Stages of a folder on a server. `fills` are run after a migration, `repairs` between tries.

    A migration with a repair fails until that SQL has run, in the undisturbed run too.
    """

    server: Server
    settings: Settings
    scratch: Path
    fills: dict[str, str] = field(default_factory=dict)
    repairs: dict[str, str] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)

    def build(self) -> None:
        """Apply the folder undisturbed, one migration at a time, keeping each state."""
        before = "template1"
        names: list[str] = []
        for migration in read(self.settings.migrations).ordered():
            names.append(migration.id)
            settings = self._settings(names)
            repair = self.repairs.get(migration.id, "")
            after = self._create(before)
            slow = {s.line for s in migration.script.statements if s.kind in _MAY_LAST}
            boundaries: list[bool] = []

            def report(event: str, /, **fields: Any) -> None:
                if event in victim.BOUNDARIES:
                    boundaries.append(event == "statement" and fields["line"] in slow)  # noqa: B023

            with contextlib.suppress(ToolingError):
                migrate(self.server.url(after), settings, report)
            self._apply(after, settings, repair)
            catalog, data = self._fingerprint(after)
            self.stages[migration.id] = Stage(
                migration, before, settings, catalog, data, boundaries, repair
            )
            if fill := self.fills.get(migration.id):
                self._execute(after, fill)
            before = after

    def cases(self) -> Iterator[Case]:
        """Yield every fault at every boundary, and in the middle of what may take long."""
        for name, stage in self.stages.items():
            for fault in victim.FAULTS:
                for at, may_last in enumerate(stage.boundaries):
                    yield Case(name, fault, at)
                    if may_last:
                        for delay in _DELAYS:
                            yield Case(name, fault, at, delay)

    def run(self, case: Case) -> Outcome:
        """Run one case on a fresh copy of its stage."""
        stage = self.stages[case.migration]
        database = self._create(stage.database)
        url = self.server.url(database)
        try:
            exit_code = victim.run(
                self.server, url, stage.settings, case.fault, case.at, case.delay
            )
            victim.wait_for_server(self.server)
            detail = self._expected_exit(case, exit_code)
            try:
                self._apply(database, stage.settings, stage.repair)
            except ToolingError as error:
                return Outcome(case, exit_code, f"the same command again: {error.message}")
            catalog, data = self._fingerprint(database)
            if catalog != stage.catalog:
                detail = f"catalogue differs: {_first_difference(stage.catalog, catalog)}"
            elif data != stage.data:
                wrong = {k for k in data.keys() | stage.data if data.get(k) != stage.data.get(k)}
                detail = f"data differs in {', '.join(sorted(wrong))}"
            return Outcome(case, exit_code, detail)
        finally:
            self._drop(database)

    def _expected_exit(self, case: Case, exit_code: int) -> str:
        """Say what is wrong with the exit code of a fault that surely struck."""
        if case.delay is None and case.fault == "kill runner" and exit_code != -9:
            return f"the runner was not killed but left with {exit_code}"
        if case.delay is None and case.fault == "SIGTERM" and exit_code != 143:
            return f"SIGTERM made the runner leave with {exit_code}"
        return "the runner broke down" if exit_code == 99 else ""

    def _settings(self, names: list[str]) -> Settings:
        folder = self.scratch / f"{len(names):04}"
        folder.mkdir()
        for name in names:
            for suffix in (".sql", UNDO):
                source = self.settings.migrations / f"{name}{suffix}"
                if source.is_file():
                    shutil.copy(source, folder)
        return replace(self.settings, migrations=folder, after=())

    def _apply(self, database: str, settings: Settings, repair: str) -> None:
        try:
            migrate(self.server.url(database), settings)
        except ToolingError:
            if not repair:
                raise
            self._execute(database, repair)
            migrate(self.server.url(database), settings)

    def _fingerprint(self, database: str) -> tuple[str, dict[str, tuple[int, str]]]:
        ledger = [self.settings.ledger_schema]
        url = self.server.url(database)
        with psycopg.connect(url) as connection:
            # A hash over the moment that its row was written.
            data = rows.data(
                connection, exclude_schemas=ledger, exclude_columns=["ops.evidence.sha256"]
            )
        return fingerprint.catalog(url, exclude_schemas=ledger), data

    def _create(self, template: str) -> str:
        name = f"fault_{next(_numbers)}"
        create = sql.SQL("create database {} template {} strategy file_copy")
        self._admin(create.format(sql.Identifier(name), sql.Identifier(template)))
        if template != "template1":
            for path in self.settings.before:
                self._execute(name, path.read_text(encoding="utf-8"))
        return name

    def _drop(self, name: str) -> None:
        self._admin(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def _admin(self, command: sql.Composed) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(command)

    def _execute(self, database: str, text: str) -> None:
        with psycopg.connect(self.server.url(database), autocommit=True) as connection:
            connection.execute(text.encode())


def _first_difference(expected: str, found: str) -> str:
    pairs = itertools.zip_longest(expected.splitlines(), found.splitlines(), fillvalue="(nothing)")
    return next((f"{one!r} became {other!r}" for one, other in pairs if one != other), "")
