"""What refreshing app.project_stats costs, and whether its readers wait meanwhile."""

import time
from statistics import median
from typing import Any

import psycopg

from tooling.laboratory.clients import Clients
from tooling.server.server import Server

_READS, _READERS, _TIMES = 100.0, 2, 3
_ALONE_SECONDS, _LEAST_SECONDS = 2.0, 1.0


def measure(server: Server, database: str, account: str) -> dict[str, Any]:
    """Return the seconds of a refresh, and the milliseconds of the slowest reads.

    Reads are sent 100 times a second, first alone, then while the view is refreshed, at least three
    times and for a second; each is timed from when it was due.
    """
    read = (
        f"begin;\nset local app.account_id = '{account}';\n"
        f"select * from app.account_stats where account_id = '{account}';\ncommit;\n"
    )
    seconds: list[float] = []
    with (
        psycopg.connect(server.url(database), autocommit=True) as admin,
        Clients(server, database, {"read": read}, _READERS, _READS) as reads,
    ):
        time.sleep(_ALONE_SECONDS)
        start = time.time()
        while len(seconds) < _TIMES or time.time() - start < _LEAST_SECONDS:
            # Something has changed since the last time.
            admin.execute("update app.projects set description = description where ctid = '(0,1)'")
            began = time.monotonic()
            admin.execute("select ops.refresh_project_stats()")
            seconds.append(time.monotonic() - began)
        end = time.time()
    alone, during = reads.between(start - _ALONE_SECONDS, start), reads.between(start, end)
    return {
        "seconds": round(median(seconds), 3),
        "reads": during.requests,
        "alone_slowest_ms": alone.slowest_ms,
        "slowest_ms": during.slowest_ms,
        "failures": reads.failures,
    }
