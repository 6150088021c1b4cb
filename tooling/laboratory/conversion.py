"""Migration 7 on a filled database that is in use: how long it locks, and what requests wait.

A database is migrated to the migration before it, filled with the rows of a dataset, and used by
clients at a steady rate while `tooling migrate` runs.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from pgproof.files import folder
from tooling import settings
from tooling.database import Connection
from tooling.errors import ToolingError
from tooling.laboratory import mixed
from tooling.laboratory.clients import Clients
from tooling.laboratory.locks import Watcher
from tooling.laboratory.synthetic import blocks, bulk, lives
from tooling.laboratory.synthetic.dataset import Dataset
from tooling.server.server import Server

CONVERSION = "0007.partitioning"
GOAL_MS = 200
TABLES = ("app.projects", "app.project_payloads", "app.project_events")
Tell = Callable[[str], None]

# The events of a dataset are chained; before the conversion there was no chain.
_PREPARE: tuple[LiteralString, ...] = (
    "create schema bench",
    """
    create unlogged table bench.events (
        account_id uuid, project_id uuid, event_id uuid, event_type app.project_event_type,
        actor text, occurred_at timestamptz, data jsonb, position bigint, sha256 bytea
    )""",
)
_EVENTS = """
insert into app.project_events (
    account_id, project_id, event_id, event_type, actor, occurred_at, data
)
select account_id, project_id, event_id, event_type, actor, occurred_at, data from bench.events"""
_GRANTS: tuple[LiteralString, ...] = (
    "grant usage on schema app, ops to eagle_application",
    "grant select, update on app.projects to eagle_application",
    "grant select, insert on app.project_payloads, app.project_events to eagle_application",
    "grant execute on all functions in schema app, ops to eagle_application",
)
_REQUESTS = {
    "save a design": """
insert into app.project_payloads (account_id, project_id, module, config)
values (:account_id, :project_id, 'signage.single_pole.base_plate', CONFIG::jsonb);
""".replace("CONFIG", mixed.CONFIG),
    "append an event": """
insert into app.project_events (account_id, project_id, event_type, actor)
values (:account_id, :project_id, 'report.generated', 'ana');
""",
    "change a project": """
update app.projects set description = 'Night work only.'
 where account_id = :account_id and project_id = :project_id;
""",
    "newest drafts": """
select project_id, name from app.projects
 where account_id = :account_id and status = 'draft' order by created_at desc limit 100;
""",
    "latest payloads": """
select payload_id, module, created_at from app.project_payloads
 where account_id = :account_id and project_id = :project_id order by created_at desc;
""",
    "event audit": """
select event_type, actor, occurred_at from app.project_events
 where account_id = :account_id and project_id = :project_id
 order by occurred_at desc limit 100;
""",
}
"""What an application asked and wrote before there were functions for it."""
_COUNTS = """
select (select count(*) from app.projects),
       (select count(*) from app.project_payloads),
       (select count(*) from app.project_events)"""


def measure(
    server: Server, database: str, dataset: Dataset, rate: float, seconds: float, tell: Tell
) -> dict[str, Any]:
    """Convert an empty database's worth of rows in use, and return what was seen.

    The database is empty. `rate` requests a second are sent by the application, for `seconds`
    before the migration and while it runs. Raises ToolingError if the migration fails or an
    acknowledged row is missing afterwards.
    """
    dsn = server.url(database)
    with tempfile.TemporaryDirectory() as place, psycopg.connect(dsn, autocommit=True) as admin:
        stage = _Stage(Path(place), dsn)
        tell("the migrations before")
        stage.migrate(before=True)
        started = time.monotonic()
        fill(admin, dataset, tell)
        filled = time.monotonic() - started
        rows = admin.execute(_COUNTS).fetchall()[0]
        targets = mixed.choose_targets(admin)
        requests = {name: mixed.script(targets, text) for name, text in _REQUESTS.items()}
        with (
            Clients(server, database, requests, 4, rate) as sent,
            Watcher(dsn, TABLES) as watcher,
        ):
            tell(f"{rate:.0f} requests a second, alone")
            time.sleep(seconds)
            watcher.held.clear()
            tell(f"{rate:.0f} requests a second, and {CONVERSION}")
            start = time.time()
            stage.migrate(before=False)
            end = time.time()
            time.sleep(min(seconds, 2))
        after = admin.execute(_COUNTS).fetchall()[0]
    done = Counter(name for name, _, _ in sent.done)
    check(rows, done["save a design"], done["append an event"], after)
    return {
        "projects": dataset.projects,
        "rows": dict(zip(TABLES, rows, strict=True)),
        "rate": rate,
        "fill_seconds": round(filled, 1),
        "seconds": round(end - start, 1),
        "locks": [asdict(held) for held in watcher.longest()],
        "alone": asdict(sent.between(start - seconds, start)),
        "during": asdict(sent.between(start, end)),
        "failures": sent.failures,
    }


def check(before: tuple[int, ...], saved: int, recorded: int, after: tuple[int, ...]) -> None:
    """Raise ToolingError unless the rows of TABLES grew by what was acknowledged."""
    expected = (before[0], before[1] + saved, before[2] + recorded)
    if after != expected:
        raise ToolingError(
            f"after {CONVERSION} there are {after} rows, not {expected}",
            hint="Acknowledged rows were lost or written twice: do not deploy it.",
        )


def fill(connection: Connection, dataset: Dataset, tell: Tell) -> None:
    """Write the dataset's rows into the tables as they were before the conversion."""
    for statement in _PREPARE:
        connection.execute(statement)
    targets = {**{name: name for name in TABLES}, "app.project_events": "bench.events"}
    with connection.transaction():
        bulk.begin(connection, TABLES)
        tell("rows")
        for block in blocks.all_blocks(dataset, processes=2):
            for part in block.parts:
                if part.table in targets:
                    columns = lives.TABLES[part.table]
                    bulk.copy(connection, targets[part.table], columns, part.stream)
        connection.execute(_EVENTS)
        tell("indexes")
        bulk.finish(connection, TABLES)
    connection.execute("drop schema bench cascade")
    for name in TABLES:
        connection.execute(f"vacuum (analyze) {name}")
    for statement in _GRANTS:
        connection.execute(statement)
    connection.execute("checkpoint")


class _Stage:
    """A copy of the migrations up to the conversion, and the database that they are applied to."""

    def __init__(self, place: Path, dsn: str):
        found = settings.load()
        names = [migration.path for migration in folder.read(found.migrations).ordered()]
        self._last = next(path for path in names if path.stem == CONVERSION)
        self._before = names[: names.index(self._last)]
        self._folder, self._dsn = place / "migrations", dsn
        self._folder.mkdir()
        files = ", ".join(f'"{file}"' for file in found.before)
        (place / "pyproject.toml").write_text(
            f'[tool.pgproof]\nowner = "{found.owner}"\nbefore = [{files}]\n', encoding="utf-8"
        )

    def migrate(self, *, before: bool) -> None:
        """Apply the migrations before the conversion, or the conversion. Raises ToolingError."""
        for file in self._before if before else [self._last]:
            shutil.copy(file, self._folder)
            shutil.copy(file.with_name(file.stem + folder.UNDO), self._folder)
        command = [sys.executable, "-m", "tooling", "migrate", "--dsn", self._dsn]
        command += ["--migrations", str(self._folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            raise ToolingError(
                f"tooling migrate: {done.stderr.strip()[-1000:]}", hint="See its message."
            )
