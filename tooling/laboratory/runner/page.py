"""The page docs/reference/benchmarks/runner.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tooling.laboratory import pages

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

_METHOD = """Each figure is the median of {repeat} runs in turns, each on a fresh database of one
durable server, in seconds. "Applying" is a started Python that connects, checks, hashes, locks and
runs; "command" is the whole process of `tooling migrate`, with its start and imports. Beside it,
`psql -1 -f` is started for each file of our migrations, and where "a psql each" says so; else once,
with all files in one transaction. Ours commits each file with its row of the ledger."""


@dataclass(frozen=True)
class Row:
    """Two medians in seconds, and ours by theirs."""

    name: str
    ours: float
    beside: float
    ratio: float

    def cells(self) -> tuple[str, ...]:
        """Return the row of the page; it says whether a goal is missed."""
        goal = 1 if self.name.endswith(_SLOWER) else GOALS.get(self.name)
        said = "" if goal is None else f"{'at most' if goal > 1 else 'under'} {goal:g}"
        missed = ": missed" if goal is not None and self.ratio > goal else ""
        seconds = f"{self.ours:.3f}", f"{self.beside:.3f}"
        return self.name, *seconds, f"{self.ratio:.2f}", said + missed


def line(row: Row) -> str:
    """Return a row as text in columns."""
    return f"{row.name:60} {row.ours:8.3f} {row.beside:10.3f} {row.ratio:6.2f}"


def of(facts: dict[str, Any], rows: Sequence[Row], repeat: int) -> dict[str, str]:
    """Return the page, by the name of its file."""
    heads = ("what", ">ours, s", ">beside, s", ">ratio", "goal")
    lines = [
        "# What the migration runner costs",
        pages.sentence(facts, "make bench-runner"),
        _METHOD.format(repeat=repeat),
        pages.table(heads, [row.cells() for row in rows]),
    ]
    return {"runner.md": "\n\n".join(lines) + "\n"}
