"""The runner's figures as a page of the documentation."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tooling.laboratory.report import DOCS

PAGE = DOCS / "runner.md"
GOAL = 1.3
"""The most that applying this repository's migrations may cost, beside psql."""

_HEAD = """# What the migration runner costs

Measured {day} by `make bench-runner` on {cores} processors, {system}, at a load of {load:.1f} when
it ended. Each figure is the median of {repeat} runs in turns, each on a fresh database of one
durable server, in seconds. "Applying" is a started Python that connects, checks, hashes, locks and
runs; "command" is the whole process of `tooling migrate`, with its start and imports. Beside it,
`psql -1 -f` is started for each file of our migrations, and where "a psql each" says so; else once,
with all files in one transaction. Ours commits each file with its row of the ledger.

| what | ours, s | beside, s | ratio |
|---|--:|--:|--:|
"""


@dataclass(frozen=True)
class Row:
    """Two medians in seconds, and ours by theirs."""

    name: str
    ours: float
    baseline: float
    ratio: float


def text(rows: Iterable[Row], repeat: int) -> str:
    """Return the page in Markdown; it says whether the goal is met."""
    found = list(rows)
    page = _HEAD.format(
        day=datetime.now(UTC).strftime("%Y-%m-%d"),
        cores=os.cpu_count(),
        system=f"{platform.system()} {platform.machine()}",
        load=os.getloadavg()[0],
        repeat=repeat,
    )
    page += "".join(
        f"| {row.name} | {row.ours:.3f} | {row.baseline:.3f} | {row.ratio:.2f} |\n" for row in found
    )
    ours = next(row for row in found if row.name == "our migrations, applying / psql")
    met = "met" if ours.ratio <= GOAL else "not met"
    return f"{page}\nGoal: applying our migrations costs at most {GOAL} times psql: {met}.\n"
