"""One run: a server of its own, a database a size, our schema and the baseline in each."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import psycopg

from tooling.bench import baseline, machine, measure, mixed, refresh
from tooling.bench.queries import CLASSES
from tooling.embedded import temporary_server
from tooling.server import Server
from tooling.synthetic import load
from tooling.synthetic.plan import UNTIL, Plan

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


def run(
    sizes: list[int], runs: int, tell: Tell, keep: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Return the document of build/bench.json: the machine, and a row a class and size.

    `keep` is given the document after each size, so that a long run that is stopped leaves one.
    """
    rows: list[dict[str, Any]] = []
    disk: list[dict[str, Any]] = []
    document: dict[str, Any] = {}
    with temporary_server(SETTINGS, durable=True) as server:
        for size in sorted(sizes):
            _one_size(server, size, runs, tell, rows, disk)
            document = _document(server, rows, disk)
            keep(document)
    return document


def _document(
    server: Server, rows: list[dict[str, Any]], disk: list[dict[str, Any]]
) -> dict[str, Any]:
    before: dict[str, float] = {}
    for row in rows:
        earlier = before.get(row["class"])
        row["growth"] = round(row["ours_ms"] / earlier, 2) if earlier else None
        before[row["class"]] = row["ours_ms"]
    return {
        **machine.facts(server),
        "settings": SETTINGS,
        "disk": disk,
        "rows": rows,
    }


def _one_size(
    server: Server,
    size: int,
    runs: int,
    tell: Tell,
    rows: list[dict[str, Any]],
    disk: list[dict[str, Any]],
) -> None:
    name = f"bench_{size}"
    report = make(server, name, size, tell)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        tell(
            f"{size} projects: {sum(report.rows.values())} rows in {report.seconds:.0f} s; baseline"
        )
        baseline.build(connection)
        connection.execute("checkpoint")
        parameters = measure.choose(connection, UNTIL)
        used = measure.disk(connection)
    server.stop()
    server.start()
    with _application(server, name) as connection:
        tell(f"{size} projects: cold")
        first = measure.cold(connection, parameters[2])
        tell(f"{size} projects: warm")
        found = measure.warm(connection, parameters, runs)
    tell(f"{size} projects: refresh")
    refreshed = refresh.measure(server, name, parameters[2].account)
    ratio = round(used["ours"] / used["baseline"], 2)
    disk.append(
        {
            "size": size,
            "rows": report.rows,
            "fill_seconds": round(report.seconds, 1),
            **used,
            "ratio": ratio,
            "refresh": refreshed,
        }
    )
    for one in CLASSES:
        ours, base = found[one.name, "ours"], found[one.name, "baseline"]
        rows.append(
            {
                "class": one.name,
                "size": size,
                "ours_ms": round(ours.median_ms, 3),
                "baseline_ms": round(base.median_ms, 3),
                "ratio": round(base.median_ms / ours.median_ms, 2),
                "growth": None,
                "goal": round(one.goal, 2),
                "ours": asdict(ours),
                "baseline": asdict(base),
                "ours_cold_ms": round(first[one.name, "ours"], 3),
                "baseline_cold_ms": round(first[one.name, "baseline"], 3),
            }
        )


def make(server: Server, name: str, size: int, tell: Tell) -> load.Report:
    """Make a database with the schema and generated rows."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(
            psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name))
        )
    tell(f"{size} projects: schema")
    migrate = [sys.executable, "-m", "tooling", "migrate", "--dsn", server.url(name)]
    subprocess.run(migrate, check=True, capture_output=True)  # noqa: S603
    tell(f"{size} projects: rows")
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        return load.generate(connection, Plan(size, SEED))


def fill(server: Server, name: str, size: int, tell: Tell) -> int:
    """Make a database with both sides and the targets of the mix; return how many targets."""
    make(server, name, size, tell)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        tell(f"{size} projects: baseline")
        baseline.build(connection)
        targets = mixed.prepare(connection)
        connection.execute("checkpoint")
    return targets


def _application(server: Server, name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(server.url(name, user="eagle_application"), autocommit=True)
