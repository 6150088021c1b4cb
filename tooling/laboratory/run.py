"""One run: a server of its own, a database a size, our schema and plain tables in each."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from tooling.database import Connection
from tooling.laboratory import machine, measure, plain_tables, refresh
from tooling.laboratory.classes import CLASSES
from tooling.laboratory.synthetic import load
from tooling.laboratory.synthetic.dataset import UNTIL, Dataset
from tooling.queries.parameters import Parameters, choose
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

SETTINGS = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
SEED = 7
Tell = Callable[[str], None]


@dataclass(frozen=True)
class _Filled:
    """A database with both sides: how it was filled, what it takes, what its accounts are asked."""

    name: str
    report: load.Report
    used: dict[str, int]
    parameters: list[Parameters]


def run(sizes: list[int], runs: int, tell: Tell) -> dict[str, Any]:
    """Return the document of build/bench.json: the machine, and a row a class and size."""
    sizes = sorted(set(sizes))
    with temporary_server(SETTINGS, durable=True) as server, ExitStack() as stack:
        filled = {size: _fill(server, size, tell) for size in sizes}
        server.stop()
        server.start()
        databases = [
            measure.Database(
                size, stack.enter_context(_application(server, one.name)), one.parameters
            )
            for size, one in filled.items()
        ]
        tell("cold")
        first = {database.key: measure.cold(database) for database in databases}
        tell("warm")
        found = measure.warm(databases, runs)
        tell("refresh")
        disk = [_disk(server, size, one) for size, one in filled.items()]
        facts = machine.facts(server)
    before: dict[str, float] = {}
    rows = []
    for size in sizes:
        for one in CLASSES:
            ours, base = found[size, one.name, "ours"], found[size, one.name, "plain"]
            earlier, before[one.name] = before.get(one.name), ours.median_ms
            rows.append(
                {
                    "class": one.name,
                    "size": size,
                    "ours_ms": round(ours.median_ms, 3),
                    "plain_ms": round(base.median_ms, 3),
                    "ratio": round(base.median_ms / ours.median_ms, 2),
                    "growth": round(ours.median_ms / earlier, 2) if earlier else None,
                    "goal": round(one.goal, 2),
                    "ours": asdict(ours),
                    "plain": asdict(base),
                    "ours_cold_ms": round(first[size][one.name, "ours"], 3),
                    "plain_cold_ms": round(first[size][one.name, "plain"], 3),
                }
            )
    return {**facts, "settings": SETTINGS, "disk": disk, "rows": rows}


def _fill(server: Server, size: int, tell: Tell) -> _Filled:
    name = f"bench_{size}"
    report = fill(server, name, size, tell)
    with psycopg.connect(server.url(name)) as connection:
        return _Filled(name, report, measure.disk(connection), choose(connection, UNTIL))


def _disk(server: Server, size: int, filled: _Filled) -> dict[str, Any]:
    return {
        "size": size,
        "rows": filled.report.rows,
        "fill_seconds": round(filled.report.seconds, 1),
        **filled.used,
        "ratio": round(filled.used["ours"] / filled.used["plain"], 2),
        "refresh": refresh.measure(server, filled.name, filled.parameters[2].account),
    }


def make(server: Server, name: str, size: int, tell: Tell) -> load.Report:
    """Make a database with the schema and generated rows."""
    url = server.create_database(name)
    tell(f"{size} projects: schema")
    migrate = [sys.executable, "-m", "tooling", "migrate", "--dsn", url]
    subprocess.run(migrate, check=True, capture_output=True)  # noqa: S603
    tell(f"{size} projects: rows")
    with psycopg.connect(url, autocommit=True) as connection:
        return load.generate(connection, Dataset(size, SEED))


def fill(server: Server, name: str, size: int, tell: Tell) -> load.Report:
    """Make a database with the schema and generated rows, and the same rows in plain tables."""
    report = make(server, name, size, tell)
    tell(f"{sum(report.rows.values())} rows in {report.seconds:.0f} s; plain tables")
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        plain_tables.build(connection)
        connection.execute("checkpoint")
    return report


def _application(server: Server, name: str) -> Connection:
    return psycopg.connect(server.url(name, user="eagle_application"), autocommit=True)
