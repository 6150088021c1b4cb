"""Runs the query classes as the application's role and keeps what the server says of each run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

import psycopg
from psycopg import sql

from tooling.bench.queries import CLASSES, TEXT_TYPES, TYPES, Class
from tooling.database import work_for

# Accounts of these sizes are asked for at every size of database, so that growth is that of the
# database and not of the account.
ACCOUNT_SIZES = (500, 1000, 1500, 2000, 3000, 4000)
# Rounds over all accounts. A slow class is asked in fewer than was wished, once it has taken long.
_WARM_UP, _ENOUGH, _LONG_SECONDS = 1, 5, 20.0
_EXPLAIN = "explain (analyze, timing off, buffers, format json) execute {}({})"


@dataclass(frozen=True)
class Parameters:
    """What one account is asked, in the order of queries.Class."""

    account: str
    project: str
    since: datetime
    until: datetime
    status: str
    config: str
    words: str
    inputs: str

    def literals(self) -> sql.Composed:
        """Return the list of arguments for EXECUTE."""
        values = (
            self.account, self.project, self.since, self.until, self.status, self.config,
            self.words, self.inputs,
        )  # fmt: skip
        return sql.SQL(", ").join(sql.Literal(value) for value in values)


@dataclass(frozen=True)
class Timing:
    """Milliseconds of execution, milliseconds of planning, and 8 kB buffers touched."""

    median_ms: float
    p99_ms: float
    planning_ms: float
    buffers: int
    runs: int


def choose(connection: psycopg.Connection[Any], until: datetime) -> list[Parameters]:
    """Return parameters for accounts whose sizes are nearest to ACCOUNT_SIZES."""
    chosen = []
    for size in ACCOUNT_SIZES:
        (account,) = _row(
            connection,
            "select account_id::text from app.projects group by account_id"
            " order by abs(count(*) - %s), account_id limit 1",
            size,
        )
        project, config, inputs = _row(
            connection,
            "select p.project_id::text, jsonb_build_object('material', y.config -> 'material',"
            "       'height_ft', y.config -> 'height_ft',"
            "       'wind_speed_mph', y.config -> 'wind_speed_mph')::text,"
            "       p.content_sha256"
            "  from app.projects as p"
            "  join app.project_payloads as y using (account_id, project_id)"
            " where p.account_id = %s and p.content_sha256 is not null"
            " order by md5(y.payload_id::text) limit 1",
            account,
        )
        since = until - timedelta(days=30)
        chosen.append(
            Parameters(account, project, since, until, "submitted", config, "main st", inputs)
        )
    return chosen


def warm(
    connection: psycopg.Connection[Any], parameters: Sequence[Parameters], runs: int
) -> dict[tuple[str, str], Timing]:
    """Return the timing of each (class, side); sides are `ours` and `baseline`, taken in turns."""
    return {
        (one.name, side): _time(connection, one, side, parameters, runs)
        for one in CLASSES
        for side in ("ours", "baseline")
    }


def cold(
    connection: psycopg.Connection[Any], parameters: Parameters
) -> dict[tuple[str, str], float]:
    """Return the milliseconds of the first run of each (class, side) on this server."""
    found = {}
    for number, one in enumerate(CLASSES):
        for side in ("ours", "baseline") if number % 2 else ("baseline", "ours"):
            found[one.name, side] = _time(
                connection, one, side, [parameters], 1, warm_up=0
            ).median_ms
    return found


def _time(
    connection: psycopg.Connection[Any],
    one: Class,
    side: str,
    parameters: Sequence[Parameters],
    runs: int,
    warm_up: int = _WARM_UP,
) -> Timing:
    types = TYPES if side == "ours" else TEXT_TYPES
    query = one.ours if side == "ours" else one.baseline
    connection.execute(f"prepare measured ({types}) as {query}")
    times, planning, buffers = [], [], []
    started = time.monotonic()
    for number in range(warm_up + runs):
        if number - warm_up >= _ENOUGH and time.monotonic() - started > _LONG_SECONDS:
            break
        for asked in parameters:
            with connection.transaction():
                work_for(connection, asked.account)
                command = sql.SQL(_EXPLAIN).format(sql.Identifier("measured"), asked.literals())
                (plan,) = _row(connection, command)
            if number >= warm_up:
                times.append(plan[0]["Execution Time"])
                planning.append(plan[0]["Planning Time"])
                top = plan[0]["Plan"]
                buffers.append(top["Shared Hit Blocks"] + top["Shared Read Blocks"])
    connection.execute("deallocate measured")
    worst = quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
    return Timing(median(times), worst, median(planning), round(median(buffers)), len(times))


def disk(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return the bytes, with indexes, that each side uses."""
    query = """
        select coalesce(sum(pg_total_relation_size(c.oid)), 0)
          from pg_catalog.pg_class as c
         where c.relnamespace = %s::regnamespace
           and c.relkind in ('r', 'm')"""
    return {
        side: int(_row(connection, query, schema)[0])
        for side, schema in (("ours", "app"), ("baseline", "baseline"))
    }


def _row(
    connection: psycopg.Connection[Any], query: str | sql.Composed, *values: object
) -> tuple[Any, ...]:
    found: list[tuple[Any, ...]] = connection.execute(query, values or None).fetchall()
    return found[0]
