"""What a server was like before a deploy: plans of the benchmark queries, and its counters."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tooling.deploy import planning
from tooling.deploy.planning import Seen
from tooling.errors import InputError, NoLesserRoleError

_COUNTERS = """
select d.xact_commit, d.xact_rollback, d.deadlocks, d.sessions_fatal, d.sessions_killed
  from pg_catalog.pg_stat_database as d
 where d.datname = current_database()
"""


@dataclass(frozen=True)
class Counters:
    """Numbers of a database since its statistics began: transactions, deadlocks, lost sessions."""

    commits: int
    rollbacks: int
    deadlocks: int
    fatal: int
    killed: int


@dataclass(frozen=True)
class Record:
    """A moment of a database; `plans` is by query class and empty where none could be seen."""

    at: str
    database: str
    counters: Counters
    plans: dict[str, Seen]


def take(connection: psycopg.Connection[Any]) -> Record:
    """Return what the database is like now. Writes nothing; plans need a superuser."""
    try:
        plans = planning.see(connection)
    except NoLesserRoleError:
        plans = {}
    return Record(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        database=connection.info.dbname,
        counters=counters(connection),
        plans=plans,
    )


def counters(connection: psycopg.Connection[Any]) -> Counters:
    """Return the database's counters as they stand."""
    return Counters(*connection.execute(_COUNTERS).fetchall()[0])


def write(file: Path, record: Record) -> None:
    """Write a record as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")


def read(file: Path) -> Record:
    """Read a record. Raises InputError for a file that is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return Record(
            at=str(found["at"]),
            database=str(found["database"]),
            counters=Counters(**found["counters"]),
            plans={
                name: Seen(float(one["cost"]), tuple(one["indexes"]), tuple(one["scanned"]))
                for name, one in found["plans"].items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{file}: not a record of a preflight: {error}",
            hint="`tooling preflight --record FILE` writes one.",
        ) from error
