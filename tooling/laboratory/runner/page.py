"""The runner's figures as a page of the documentation."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tooling.laboratory.report import DOCS

PAGE = DOCS / "runner.md"
GOALS = {
    "our migrations, applying / psql": 1.3,
    "our migrations, command / psql": 1.5,
    "1,000 statements, applying / psql": 1.5,
    "a 3 MB file, command / psql": 1.5,
    "a 30 MB file, command / psql": 1.3,
    "no-op of 300 files, command / connect and read": 1.25,
}
"""The most that a row's ratio may be."""
_SLOWER = ("yoyo", "alembic", "sqitch")
"""Runners beside which a ratio is to be under 1; others are shown for comparison."""

_HEAD = """# What the migration runner costs

Measured {day} by `make bench-runner` on {cores} processors, {system}, at a load of {load:.1f} when
it ended. Each figure is the median of {repeat} runs in turns, each on a fresh database of one
durable server, in seconds. "Applying" is a started Python that connects, checks, hashes, locks and
runs; "command" is the whole process of `tooling migrate`, with its start and imports. Beside it,
`psql -1 -f` is started for each file of our migrations, and where "a psql each" says so; else once,
with all files in one transaction. Ours commits each file with its row of the ledger.

| what | ours, s | beside, s | ratio | goal |
|---|--:|--:|--:|---|
"""


@dataclass(frozen=True)
class Row:
    """Two medians in seconds, and ours by theirs."""

    name: str
    ours: float
    beside: float
    ratio: float

    @property
    def goal(self) -> float | None:
        """The most that the ratio may be, if there is a goal."""
        return 1 if self.name.endswith(_SLOWER) else GOALS.get(self.name)


def line(row: Row) -> str:
    """Return a row as text in columns."""
    return f"{row.name:60} {row.ours:8.3f} {row.beside:10.3f} {row.ratio:6.2f}"


def text(rows: Iterable[Row], repeat: int) -> str:
    """Return the page in Markdown; it says which goals are missed."""
    found = list(rows)
    page = _HEAD.format(
        day=datetime.now(UTC).strftime("%Y-%m-%d"),
        cores=os.cpu_count(),
        system=f"{platform.system()} {platform.machine()}",
        load=os.getloadavg()[0],
        repeat=repeat,
    )
    for row in found:
        goal = "" if row.goal is None else f"{'at most' if row.goal > 1 else 'under'} {row.goal:g}"
        missed = row.goal is not None and row.ratio > row.goal
        page += f"| {row.name} | {row.ours:.3f} | {row.beside:.3f} | {row.ratio:.2f} |"
        page += f" {goal}{': missed' * missed} |\n"
    return page
