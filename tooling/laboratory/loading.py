"""How fast generated data is loaded, beside pgbench's own initialization."""

import time
from collections.abc import Callable
from typing import Any

import psycopg

from tooling.laboratory import mixed, run
from tooling.server.server import Server

# What a row of pgbench_accounts takes with its index entry; a scale has 100,000 of them.
_SCALE_BYTES = 15_000_000


def compare(server: Server, projects: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return rows, bytes and seconds of both, and the ratio of bytes a second."""
    empty = _bytes(server, "postgres")
    report = run.make(server, "loaded", projects, tell)
    ours = _bytes(server, "loaded") - empty
    with psycopg.connect(server.create_database("pgbench"), autocommit=True) as connection:
        connection.execute("checkpoint")
    scale = max(1, round(ours / _SCALE_BYTES))
    tell(f"pgbench -i -s {scale}")
    started = time.monotonic()
    mixed.initialize(server, "pgbench", scale)
    seconds = time.monotonic() - started
    theirs = _bytes(server, "pgbench") - empty
    rates = (ours / report.seconds, theirs / seconds)
    return {
        "projects": projects,
        "generate": {"rows": sum(report.rows.values()), "bytes": ours, "seconds": report.seconds},
        "pgbench": {"rows": scale * 100_011, "bytes": theirs, "seconds": seconds},
        "ratio": round(rates[0] / rates[1], 2),
    }


def _bytes(server: Server, database: str) -> int:
    with psycopg.connect(server.url(database)) as connection:
        query = "select pg_database_size(current_database())"
        return int(connection.execute(query).fetchall()[0][0])
