"""What isolation and verification cost.

`python -m tooling.laboratory.isolation rls|classes|signed|chain`

With --dsn (a superuser's) it measures a filled database; without, it starts a server and fills it
with generated projects. Prints a table in Markdown and writes build/bench-security.json.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from tooling.audit.verify import verify
from tooling.errors import ToolingError
from tooling.laboratory import run
from tooling.laboratory.isolation import query_classes, row_security, signed
from tooling.printing import say
from tooling.server.embedded import temporary_server

REPORT = Path("build/bench-security.json")
LIMIT = 1.1
SIGNED_LIMIT = 1.05
BASELINE = "select count(*), sum(octet_length(data::text)) from app.project_events"


def chain(dsn: str) -> dict[str, float]:
    """Time the verification of all chains in the database and by the program, and a bare scan."""
    times: dict[str, float] = {}
    with psycopg.connect(dsn, autocommit=True) as connection:
        query = "select sum(position) from app.event_chains"
        times["events"] = float(connection.execute(query).fetchall()[0][0])

        def clock(name: str, work: Callable[[], object]) -> None:
            began = time.perf_counter()
            work()
            times[name] = round(time.perf_counter() - began, 6)

        clock("warming", lambda: connection.execute(BASELINE.encode()).fetchall())
        clock("baseline", lambda: connection.execute(BASELINE.encode()).fetchall())
        problems: list[object] = []
        clock("program", lambda: problems.extend(verify(connection)[1]))
        all_of_it = "select * from ops.verify_event_chain()"
        clock("one query", lambda: problems.extend(connection.execute(all_of_it).fetchall()))
    if problems:
        raise ToolingError(f"the chains are not sound: {problems[:3]}", hint="tooling audit verify")
    return times


@contextmanager
def filled(dsn: str | None, projects: int) -> Iterator[str]:
    """Yield the connection string of a database with so many projects."""
    if dsn:
        yield dsn
        return
    with temporary_server({"shared_buffers": "1GB", "max_wal_size": "8GB"}) as server:
        run.make(server, "eagle_bench", projects, partial(say, err=True))
        yield server.url("eagle_bench")


def main(arguments: Sequence[str]) -> int:
    """Print and write what was asked for; return 1 if it costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["rls", "classes", "signed", "chain"])
    parser.add_argument("--dsn", help="a superuser's connection to a filled database")
    parser.add_argument("--projects", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=100)
    given = parser.parse_args(arguments)
    if given.dsn == "" or given.runs < 2 or given.projects < 1:
        parser.error("--dsn names a database, --runs is at least 2 and --projects at least 1")
    report: dict[str, object] = {
        "taken_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{platform.machine()}, {platform.system()}",
        "command": f"python -m tooling.laboratory.isolation {given.what}",
    }
    code = 0
    with filled(given.dsn, given.projects) as dsn:
        if given.what == "rls":
            costs = row_security.measure(dsn, given.runs)
            lines = ["query | account | filter, ms | row security alone | both"] + [
                f"{one.query} | {one.account} | {one.filtered:.3f} | {one.alone:.2f} |"
                f" {one.both:.2f}"
                for one in costs
            ]
            report["rls"] = [asdict(one) for one in costs]
            code = int(any(one.alone > LIMIT for one in costs))
        elif given.what == "classes":
            compared = query_classes.measure(dsn, given.runs)
            lines = ["query | before, ms | now, ms | now to before"] + [
                f"{each.query} | {each.before:.4f} | {each.now:.4f} | {each.ratio:.2f}"
                for each in compared
            ]
            report["classes"] = [asdict(each) for each in compared]
            code = int(any(each.ratio > LIMIT for each in compared))
        elif given.what == "signed":
            checked = signed.measure(dsn, given.runs)
            lines = [f"what | {' | '.join(signed.SIDES)} | signed to before (quartiles)"]
            for name, cost in checked.items():
                cells = " | ".join(f"{cost.us[side]:.1f}" for side in signed.SIDES)
                low, middle, high = cost.ratios
                lines.append(f"{name}, us | {cells} | {middle:.2f} ({low:.2f}-{high:.2f})")
            report["signed"] = {name: asdict(cost) for name, cost in checked.items()}
            code = int(checked["look-up"].ratios[1] > SIGNED_LIMIT)
        else:
            times = report["chain"] = chain(dsn)
            lines = ["what | seconds | events a second"] + [
                f"{name} | {times[name]:.1f} | {times['events'] / times[name]:,.0f}"
                for name in ("baseline", "one query", "program")
            ]
    lines.insert(1, " | ".join("---" for _ in lines[0].split(" | ")))
    say(*(f"| {line} |" for line in lines))
    REPORT.parent.mkdir(exist_ok=True)
    known = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
    REPORT.write_text(json.dumps({**known, given.what: report}, indent=1) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
