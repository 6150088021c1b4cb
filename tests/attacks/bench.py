"""What isolation and verification cost: `python -m tests.attacks.bench rls|classes|signed|chain`.

With --dsn (a superuser's) it measures a filled database; without, it starts a server and fills it
by `tooling generate --projects N`. Prints a table in Markdown and writes build/bench-security.json.
"""

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import conninfo

from tests.attacks import bench_classes, bench_signed
from tests.attacks.world import ROOT
from tooling.audit.verify import verify
from tooling.cli import group
from tooling.server.embedded import temporary_server

REPORT = ROOT / "build/bench-security.json"
LIMIT = 1.1
SIGNED_LIMIT = 1.05
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
BASELINE = "select count(*), sum(octet_length(data::text)) from app.project_events"


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


def rls(dsn: str, runs: int) -> list[Cost]:
    """Measure each query for a large, a middling and a small account, in turns."""
    with (
        psycopg.connect(dsn, autocommit=True) as owner,
        psycopg.connect(conninfo.make_conninfo(dsn, user="eagle_application")) as application,
    ):
        owner.prepare_threshold = application.prepare_threshold = 0
        owner.execute("set role eagle_owner")
        for (mode,) in application.execute("show plan_cache_mode").fetchall():
            owner.execute("select set_config('plan_cache_mode', %s, false)", [mode])
        found = []
        for size, account in _accounts(owner).items():
            application.execute("select set_config('app.account_id', %s, false)", [account])
            owner.execute("select set_config('app.account_id', %s, false)", [account])
            arguments = _arguments(owner, account)
            for name, rest in QUERIES.items():
                columns = COLUMNS.get(name, "project_id, name, status, etag")
                secured = f"select {columns} {rest.format('')}"
                filtered = f"select {columns} {UNBOUND.get(name, rest).format(FILTER)}"
                named = f"select {columns} {rest.format(FILTER)}"
                found.append(
                    Cost(
                        name,
                        size,
                        *_compared(
                            lambda text, arguments=arguments: _timed(owner, text, arguments),
                            lambda text, arguments=arguments: _timed(application, text, arguments),
                            (filtered, secured, named),
                            runs,
                        ),
                    )
                )
        return found


def _compared(
    owner: Callable[[str], float],
    application: Callable[[str], float],
    texts: tuple[str, str, str],
    runs: int,
) -> tuple[float, float, float]:
    """Return the time of the filter, and the ratios of row security alone and of both to it."""
    senders = (owner, application, application)
    filters, alone, both = [], [], []
    for turn in range(runs + 10):
        times = [0.0, 0.0, 0.0]
        for which in (0, 1, 2) if turn % 2 else (2, 1, 0):
            times[which] = senders[which](texts[which])
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
    row = owner.execute(query).fetchone()
    assert row
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
    row = owner.execute(query, {"account": account}).fetchone()
    assert row
    names = ("project", "created", "month", "week")
    return dict(zip(names, row, strict=True)) | {"account": account}


def _timed(
    connection: "psycopg.Connection[tuple[str]]", query: str, arguments: dict[str, object]
) -> float:
    """Return how long a query took, in milliseconds, all rows fetched."""
    began = time.perf_counter()
    connection.execute(query.encode(), arguments).fetchall()
    return (time.perf_counter() - began) * 1000


def chain(dsn: str) -> dict[str, float]:
    """Time the verification of all chains in the database and by the program, and a bare scan."""
    times: dict[str, float] = {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("select sum(position) from app.event_chains").fetchone()
        assert row
        times["events"] = float(row[0])

        def clock(name: str, work: Callable[[], object]) -> None:
            began = time.perf_counter()
            work()
            times[name] = round(time.perf_counter() - began, 2)

        clock("warming", lambda: connection.execute(BASELINE.encode()).fetchall())
        clock("baseline", lambda: connection.execute(BASELINE.encode()).fetchall())
        problems: list[object] = []
        clock("program", lambda: problems.extend(verify(connection)[1]))
        all_of_it = "select * from ops.verify_event_chain()"
        clock("one query", lambda: problems.extend(connection.execute(all_of_it).fetchall()))
        assert not problems, problems[:3]
    return times


@contextmanager
def filled(dsn: str | None, projects: int) -> Iterator[str]:
    """Yield the connection string of a database with so many projects."""
    if dsn:
        yield dsn
        return
    with temporary_server({"shared_buffers": "1GB", "max_wal_size": "8GB"}) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create database eagle_bench")
        url = server.url("eagle_bench")
        for command in (["migrate"], ["generate", "--projects", str(projects)]):
            group.main(args=[*command, "--dsn", url], standalone_mode=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        yield url


def main(arguments: Sequence[str]) -> int:
    """Print and write what was asked for; return 1 if it costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["rls", "classes", "signed", "chain"])
    parser.add_argument("--dsn", help="a superuser's connection to a filled database")
    parser.add_argument("--projects", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=100)
    given = parser.parse_args(arguments)
    report: dict[str, object] = {
        "taken_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{platform.machine()}, {platform.system()}",
        "command": f"python -m tests.attacks.bench {given.what}",
    }
    code = 0
    with filled(given.dsn, given.projects) as dsn:
        if given.what == "rls":
            costs = rls(dsn, given.runs)
            print("| query | account | filter, ms | row security alone | both |")
            print("|---|---|---|---|---|")
            for one in costs:
                cells = (f"{one.filtered:.3f}", f"{one.alone:.2f}", f"{one.both:.2f}")
                print(f"| {one.query} | {one.account} | {' | '.join(cells)} |")
            report["rls"] = [asdict(one) for one in costs]
            code = int(any(one.alone > LIMIT for one in costs))
        elif given.what == "classes":
            compared = bench_classes.classes(dsn, given.runs)
            print("| query | before, ms | now, ms | now to before |\n|---|---|---|---|")
            for each in compared:
                print(f"| {each.query} | {each.before:.4f} | {each.now:.4f} | {each.ratio:.2f} |")
            report["classes"] = [asdict(each) for each in compared]
            code = int(any(each.ratio > LIMIT for each in compared))
        elif given.what == "signed":
            signed = bench_signed.measure(dsn, given.runs)
            sides = " | ".join(bench_signed.SIDES)
            print(f"| what | {sides} | signed to before (quartiles) |")
            print("|---|---|---|---|---|")
            for name, cost in signed.items():
                cells = [f"{cost.us[side]:.1f}" for side in bench_signed.SIDES]
                low, middle, high = cost.ratios
                print(f"| {name}, us | {' | '.join(cells)} | {middle:.2f} ({low:.2f}-{high:.2f}) |")
            report["signed"] = {name: asdict(cost) for name, cost in signed.items()}
            code = int(signed["look-up"].ratios[1] > SIGNED_LIMIT)
        else:
            times = chain(dsn)
            report["chain"] = times
            print("| what | seconds | events a second |\n|---|---|---|")
            for name in ("baseline", "one query", "program"):
                print(f"| {name} | {times[name]:.1f} | {times['events'] / times[name]:,.0f} |")
    REPORT.parent.mkdir(exist_ok=True)
    known = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
    REPORT.write_text(json.dumps({**known, given.what: report}, indent=1) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
