"""How the statements of the pending files grow."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from pgproof.growth.fit import Estimate, Growth
from pgproof.trace.records import Trace

_FAR = 10
"""How many times the largest size the production may have before that is said."""


@dataclass(frozen=True)
class Grown:
    """A statement; `table` is the one that its time is taken to grow with, None without any."""

    number: int
    line: int
    sql: str
    table: str | None
    growth: Growth
    expected: Estimate | None = None

    @property
    def is_far(self) -> bool:
        """Whether the production has far more rows than any size that was measured."""
        largest = max((one.rows for one in self.growth.points), default=0)
        return self.expected is not None and self.expected.rows > _FAR * largest

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "number": self.number,
            "line": self.line,
            "sql": self.sql,
            "table": self.table,
            "curve": self.growth.curve,
            "error": round(self.growth.error, 4),
            "points": [asdict(one) for one in self.growth.points],
            "expected": _estimate(self.expected),
            "is_far": self.is_far,
        }


@dataclass(frozen=True)
class GrownFile:
    """A pending file."""

    id: str
    statements: tuple[Grown, ...]


@dataclass(frozen=True)
class Sized:
    """What was measured: the trace of the largest size, and the growth of each statement.

    `rows` are those that each table had, by the size that was asked for; `not_filled` says why a
    table had fewer. `production` has the rows that tables are said to have.
    """

    trace: Trace
    files: tuple[GrownFile, ...]
    rows: Mapping[int, Mapping[str, int]]
    not_filled: Mapping[str, str]
    production: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            **self.trace.as_dict(),
            "growth": {
                "files": [
                    {"id": one.id, "statements": [each.as_dict() for each in one.statements]}
                    for one in self.files
                ],
                "rows": {str(size): dict(counts) for size, counts in self.rows.items()},
                "not_filled": dict(self.not_filled),
                "production": dict(self.production),
            },
        }


def _estimate(one: Estimate | None) -> dict[str, Any] | None:
    if one is None:
        return None
    high = one.high if isfinite(one.high) else None
    return {"rows": one.rows, "seconds": one.seconds, "low": one.low, "high": high}
