"""Runs the query classes as the application's role and keeps what the server says of each run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median, median_grouped, quantiles
from typing import Any

from psycopg import sql

from tooling.database import Connection, work_for
from tooling.laboratory.classes import CLASSES, TEXT_TYPES, Class
from tooling.queries.application import TYPES
from tooling.queries.parameters import Parameters

# A slow class is asked in fewer rounds than was wished, once it has taken long.
_ENOUGH, _LONG_SECONDS = 5, 60.0
SIDES = ("ours", "plain")
_RESOLUTION_MS = 0.001
_EXPLAIN = "explain (analyze, timing off, buffers, format json) execute {}({})"


@dataclass(frozen=True)
class Database:
    """A database, told apart by its size or otherwise, and what its accounts are asked."""

    key: int | str
    connection: Connection
    parameters: Sequence[Parameters]


@dataclass(frozen=True)
class Timing:
    """Milliseconds of execution, milliseconds of planning, and 8 kB buffers touched."""

    median_ms: float
    p99_ms: float
    planning_ms: float
    buffers: int
    runs: int


def warm(databases: Sequence[Database], runs: int) -> dict[tuple[int | str, str, str], Timing]:
    """Return the timing of each (database, class, side); sides are `ours` and `plain`."""
    found = {}
    for one in CLASSES:
        for (key, side), timing in times(databases, one, SIDES, runs).items():
            found[key, one.name, side] = timing
    return found


def cold(database: Database) -> dict[tuple[str, str], float]:
    """Return the milliseconds of the first run of each (class, side) on this server."""
    one_account = replace(database, parameters=database.parameters[2:3])
    found = {}
    for number, one in enumerate(CLASSES):
        sides = SIDES if number % 2 else SIDES[::-1]
        for (_, side), timing in times([one_account], one, sides, 1, warm_up=0).items():
            found[one.name, side] = timing.median_ms
    return found


def times(
    databases: Sequence[Database], one: Class, sides: Sequence[str], runs: int, warm_up: int = 1
) -> dict[tuple[int | str, str], Timing]:
    """Ask the sides of every database in turns: a machine that slows down slows all of them."""
    asked = [(database, side) for database in databases for side in sides]
    for database, side in asked:
        types, query = (TYPES, one.ours) if side == "ours" else (TEXT_TYPES, one.plain)
        database.connection.execute(f"prepare {side} ({types}) as {query}".encode())
    plans: dict[tuple[int | str, str], list[dict[str, Any]]] = {}
    started = time.monotonic()
    for number in range(warm_up + runs):
        if number - warm_up >= _ENOUGH and time.monotonic() - started > _LONG_SECONDS:
            break
        for account in range(len(databases[0].parameters)):
            for database, side in asked if number % 2 else asked[::-1]:
                plan = _explain(database.connection, side, database.parameters[account])
                if number >= warm_up:
                    plans.setdefault((database.key, side), []).append(plan)
    for database, side in asked:
        database.connection.execute(f"deallocate {side}".encode())
    return {key: _timing(seen) for key, seen in plans.items()}


def _explain(connection: Connection, side: str, parameters: Parameters) -> dict[str, Any]:
    """Return what EXPLAIN (ANALYZE) says of a prepared statement, for the account it asks of."""
    with connection.transaction():
        work_for(connection, parameters.account)
        command = sql.SQL(_EXPLAIN).format(sql.Identifier(side), parameters.literals())
        found: dict[str, Any] = connection.execute(command).fetchall()[0][0][0]
        return found


def _timing(plans: Sequence[dict[str, Any]]) -> Timing:
    times = [plan["Execution Time"] for plan in plans]
    tops = [plan["Plan"] for plan in plans]
    return Timing(
        median_ms=round(median_grouped(times, interval=_RESOLUTION_MS), 4),
        p99_ms=quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0],
        planning_ms=median(plan["Planning Time"] for plan in plans),
        buffers=round(median(top["Shared Hit Blocks"] + top["Shared Read Blocks"] for top in tops)),
        runs=len(times),
    )


def disk(connection: Connection) -> dict[str, int]:
    """Return the bytes, with indexes, that each side uses."""
    query = """
        select coalesce(sum(pg_total_relation_size(c.oid)), 0)
          from pg_catalog.pg_class as c
         where c.relnamespace = %s::regnamespace
           and c.relkind in ('r', 'm')"""
    return {
        side: int(connection.execute(query, [schema]).fetchall()[0][0])
        for side, schema in (("ours", "app"), ("plain", "plain"))
    }
