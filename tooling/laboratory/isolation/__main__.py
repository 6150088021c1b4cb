"""What isolation and verification cost.

`python -m tooling.laboratory.isolation rls|classes|signed|chain`

With --dsn (a superuser's) it measures a filled database; without, it starts a server and fills it
with generated projects. Prints a table in Markdown and writes build/bench-security.json.
"""

import argparse
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tooling.laboratory import pages, run
from tooling.laboratory.isolation import chain, query_classes, row_security, signed
from tooling.printing import say, say_page, write_json
from tooling.server.embedded import temporary_server

REPORT = Path("build/bench-security.json")
_MEASURES = {
    "rls": row_security.measure,
    "classes": query_classes.measure,
    "signed": signed.measure,
    "chain": chain.measure,
}


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
    parser.add_argument("what", choices=_MEASURES)
    parser.add_argument("--dsn", help="a superuser's connection to a filled database")
    parser.add_argument("--projects", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=100)
    given = parser.parse_args(arguments)
    if given.dsn == "" or given.runs < 2 or given.projects < 1:
        parser.error("--dsn names a database, --runs is at least 2 and --projects at least 1")
    with filled(given.dsn, given.projects) as dsn:
        found = _MEASURES[given.what](dsn, given.runs)
    say_page(pages.table(found.heads, found.rows))
    report = {
        "taken_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{platform.machine()}, {platform.system()}",
        "command": f"python -m tooling.laboratory.isolation {given.what}",
        given.what: found.figures,
    }
    known = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
    write_json(REPORT, {**known, given.what: report})
    return int(found.is_over)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
