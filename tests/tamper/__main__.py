"""Tamper with the audit log in every way there is; print a table and write build/tamper.json.

`python -m tests.tamper [WORD ...]` makes only those whose name holds one of the words. Exits 1 if
one is seen by nothing and not listed in docs/explanation/audit-log.md, or listed and seen.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from pgproof.run.migrate import migrate
from tests.attacks.world import ROOT
from tests.tamper.case import Case, Verdict, judge
from tests.tamper.suite import CASES, unseen
from tests.tamper.world import World, fill
from tooling import settings
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

REPORT = ROOT / "build/tamper.json"
DATABASE = "eagle_to_tamper"
SOUND = Case("nothing is done", lambda _copy: None)


def main(words: Sequence[str]) -> int:
    """Return 0 if all is seen but what is listed, and nothing where nothing was done."""
    chosen = [one for one in CASES if not words or any(word in one.name for word in words)]
    with temporary_server() as server, tampered(server) as world:
        sound = judge(world, 0, SOUND)
        verdicts = [judge(world, number, one) for number, one in enumerate(chosen, 1)]
    known = unseen()
    for verdict in verdicts:
        by = ", ".join(verdict.seen_by) or ("listed" if verdict.name in known else "NOTHING")
        print(f"{by:<21}  {verdict.name}")
    seen = sum(bool(verdict.seen_by) for verdict in verdicts)
    print(f"\ntried {len(verdicts)}, seen {seen}; listed as unseen: {len(known)}")
    if sound.seen_by:
        print(f"a sound database is complained of by {', '.join(sound.seen_by)}")
    if not words:
        write(verdicts)
    return int(bool(sound.seen_by) or any(is_wrong(verdict, known) for verdict in verdicts))


def is_wrong(verdict: Verdict, known: Sequence[str]) -> bool:
    """Tell whether a tampering is unseen though not listed, or listed though seen."""
    return bool(verdict.seen_by) == (verdict.name in known)


@contextmanager
def tampered(server: Server, template: str | None = None) -> Iterator[World]:
    """Yield the world: in a database migrated here, or a copy of one that is."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        copy = f" template {template}" if template else ""
        connection.execute(f"create database {DATABASE}{copy}".encode())
        try:
            if not template:
                done = lambda *_, **__: None  # noqa: E731
                migrate(server.url(DATABASE), settings.load(ROOT), done)
            with tempfile.TemporaryDirectory() as folder:
                yield fill(server, DATABASE, Path(folder))
        finally:
            connection.execute(f"drop database {DATABASE} with (force)".encode())


def write(verdicts: Sequence[Verdict]) -> None:
    """Write the report that scripts read."""
    REPORT.parent.mkdir(exist_ok=True)
    report = {
        "tried": len(verdicts),
        "seen": sum(bool(verdict.seen_by) for verdict in verdicts),
        "cases": [{"name": one.name, "seen_by": list(one.seen_by)} for one in verdicts],
    }
    REPORT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
