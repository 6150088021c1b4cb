"""What row security adds to a query with an explicit filter."""

import statistics
import time
from dataclasses import asdict, dataclass

import psycopg
from psycopg import conninfo, sql

from tooling.database import become_owner
from tooling.laboratory.isolation.outcome import LIMIT, Outcome

QUERIES = {
    "one project by key": "from app.projects where {} project_id = %(project)s",
    "newest 100 drafts": (
        "from app.projects where {} status = 'draft' order by created_at desc limit 100"
    ),
    "dashboard": ", count(*), avg(confidence) from app.projects where {} true group by status",
    "latest payloads of a project": (
        "from app.project_payloads where {} project_id = %(project)s order by created_at desc"
    ),
    "events of a project": (
        "from app.project_events where {} project_id = %(project)s"
        " and occurred_at >= %(created)s order by occurred_at desc"
    ),
    "events of 30 days": (
        "from app.project_events where {} occurred_at >= %(month)s order by occurred_at desc"
    ),
    "events of 7 days by type": (
        ", count(*) from app.project_events where {} occurred_at >= %(week)s group by event_type"
    ),
    "statistics": "from app.account_stats",
}
COLUMNS = {
    "dashboard": "status",
    "events of 7 days by type": "event_type",
    "latest payloads of a project": "payload_id, module, sha256",
    "events of a project": "event_id, event_type",
    "events of 30 days": "event_id, event_type",
    "statistics": "status, project_count",
}
UNBOUND = {"statistics": "from app.project_stats where {} true"}
FILTER = "account_id = %(account)s and"


@dataclass(frozen=True)
class Cost:
    """What a query costs with an explicit filter, in milliseconds, and what row security adds.

    `alone` leaves the filter out, `both` has it too, as the application sends it. Each is the
    median of the ratios to the filter's time just before or after, in turns, so that what else the
    machine does weighs on both.
    """

    query: str
    account: str
    filtered: float
    alone: float
    both: float


def measure(dsn: str, runs: int) -> Outcome:
    """Measure each query for a large, a middling and a small account, in turns."""
    with (
        psycopg.connect(dsn, autocommit=True) as owner,
        psycopg.connect(conninfo.make_conninfo(dsn, user="eagle_application")) as application,
    ):
        owner.prepare_threshold = application.prepare_threshold = 0
        become_owner(owner)
        for (mode,) in application.execute("show plan_cache_mode").fetchall():
            owner.execute("select set_config('plan_cache_mode', %s, false)", [mode])
        found = []
        for size, account in _accounts(owner).items():
            for connection in (owner, application):
                connection.execute(sql.SQL("set app.account_id = {}").format(account))
            arguments = _arguments(owner, account)
            for name, rest in QUERIES.items():
                columns = COLUMNS.get(name, "project_id, name, status, etag")
                secured = f"select {columns} {rest.format('')}"
                filtered = f"select {columns} {UNBOUND.get(name, rest).format(FILTER)}"
                named = f"select {columns} {rest.format(FILTER)}"
                texts = (filtered, secured, named)
                times = _compared((owner, application, application), texts, arguments, runs)
                found.append(Cost(name, size, *times))
    return Outcome(
        ("query", "account", "filter, ms", "row security alone", "both"),
        [
            (one.query, one.account, f"{one.filtered:.3f}", f"{one.alone:.2f}", f"{one.both:.2f}")
            for one in found
        ],
        [asdict(one) for one in found],
        is_over=any(one.alone > LIMIT for one in found),
    )


def _compared(
    connections: "tuple[psycopg.Connection[tuple[str]], ...]",
    texts: tuple[str, ...],
    arguments: dict[str, object],
    runs: int,
) -> tuple[float, float, float]:
    """Return the time of the filter, and the ratios of row security alone and of both to it."""
    filters, alone, both = [], [], []
    for turn in range(runs + 10):
        times = [0.0, 0.0, 0.0]
        for which in (0, 1, 2) if turn % 2 else (2, 1, 0):
            times[which] = _timed(connections[which], texts[which], arguments)
        filters.append(times[0])
        alone.append(times[1] / times[0])
        both.append(times[2] / times[0])
    return (
        statistics.median(filters[10:]),
        statistics.median(alone[10:]),
        statistics.median(both[10:]),
    )


def _accounts(owner: "psycopg.Connection[tuple[str]]") -> dict[str, str]:
    """Return the largest account, that of the middle of all projects, and a median one."""
    query = """
        with account as (
            select account_id::text, count(*) as projects,
                   sum(count(*)) over (order by count(*) desc, account_id) as running
              from app.projects
             group by account_id
        )
        select (select account_id from account order by projects desc, account_id limit 1),
               (select account_id from account
                 where running >= (select sum(projects) / 2 from account) order by running limit 1),
               (select account_id from account order by projects, account_id
                offset (select count(*) / 2 from account) limit 1)
    """
    row = owner.execute(query).fetchall()[0]
    return dict(zip(("largest", "middling", "median"), row, strict=True))


def _arguments(owner: "psycopg.Connection[tuple[str]]", account: str) -> dict[str, object]:
    query = """
        select p.project_id, p.created_at,
               e.newest - interval '30 days', e.newest - interval '7 days'
          from (select max(occurred_at) as newest from app.project_events
                 where account_id = %(account)s) as e
         cross join (select project_id, created_at from app.projects
                      where account_id = %(account)s order by created_at
                     offset (select count(*) / 2 from app.projects
                              where account_id = %(account)s) limit 1) as p
    """
    row = owner.execute(query, {"account": account}).fetchall()[0]
    names = ("project", "created", "month", "week")
    return {"account": account, **dict(zip(names, row, strict=True))}


def _timed(
    connection: "psycopg.Connection[tuple[str]]", query: str, arguments: dict[str, object]
) -> float:
    """Return how long a query took, in milliseconds, all rows fetched."""
    began = time.perf_counter()
    connection.execute(query.encode(), arguments).fetchall()
    return (time.perf_counter() - began) * 1000
