"""Make every attack on a fresh server; print a table and write build/attacks.json.

`python -m tests.attacks [WORD ...]` makes only those whose name holds one of the words. Exits 1
if one is not refused.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

from tests.attacks.case import Verdict, judge
from tests.attacks.suite import CASES, NOTED
from tests.attacks.world import ROOT, World
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

REPORT = ROOT / "build/attacks.json"
DATABASE = "eagle_attacked"


def main(words: Sequence[str]) -> int:
    """Return 0 if all was refused."""
    chosen = [one for one in CASES if not words or any(word in one.name for word in words)]
    with temporary_server() as server, attacked(server) as world:
        verdicts = [judge(world, one) for one in chosen]
        broken = world.admin.execute("select count(*) from ops.verify_event_chain()").fetchone()
    for verdict in verdicts:
        state = "refused" if verdict.refused else "SUCCEEDED"
        print(f"{state:<9}  {verdict.role:<17}  {verdict.name[:70]:<70}  {verdict.how[:100]}")
    for name, why in NOTED.items():
        print(f"{'noted':<9}  {name}: {why}")
    refused = sum(verdict.refused for verdict in verdicts)
    print(
        f"\ntried {len(verdicts)}, refused {refused}; chains broken: {broken[0] if broken else '?'}"
    )
    if not words:
        write(verdicts)
    return int(refused < len(verdicts) or not broken or broken[0] != 0)


@contextmanager
def attacked(
    server: Server, template: str | None = None, *, name: str = DATABASE
) -> Iterator[World]:
    """Yield a database that is filled for attacks: migrated, or a copy of one that is."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        copy = f" template {template}" if template else ""
        connection.execute(f"create database {name}{copy}".encode())
        world = World(server, name, migrated=template is not None)
        try:
            yield world
        finally:
            world.close()
            connection.execute(f"drop database {name} with (force)".encode())


def write(verdicts: Sequence[Verdict]) -> None:
    """Write the report that scripts read."""
    REPORT.parent.mkdir(exist_ok=True)
    cases = [vars_of(verdict) for verdict in verdicts]
    report = {
        "tried": len(verdicts),
        "refused": sum(verdict.refused for verdict in verdicts),
        "cases": cases,
        "noted": [{"name": name, "why": why} for name, why in NOTED.items()],
    }
    REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def vars_of(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as the report has it."""
    return {
        "name": verdict.name,
        "role": verdict.role,
        "refused": verdict.refused,
        "how": verdict.how,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
