"""The growth of each statement as lines of text."""

from collections.abc import Iterator
from math import isfinite

from pgproof.growth.fit import UNKNOWN, Estimate
from pgproof.growth.records import Grown, Sized

_WORDS = {
    "constant": "does not grow",
    "linear": "grows linearly",
    "n log n": "grows as n log n",
    "quadratic": "grows quadratically",
    UNKNOWN: "growth is not known: its table has the same rows at every size",
}
_MINUTE, _HOUR = 60, 3600


def lines(found: Sized) -> Iterator[str]:
    """Yield what was filled, and how each statement grows."""
    for size, counts in sorted(found.rows.items()):
        fewer = [f"{name} {counts[name]:,}" for name in found.not_filled if name in counts]
        yield f"size {size:,}" + (f"; fewer rows: {', '.join(fewer)}" if fewer else "")
    yield from (f"not filled: {name}: {why}" for name, why in found.not_filled.items())
    for file in found.files:
        yield ""
        yield file.id
        for one in file.statements:
            yield f"  statement {one.number}, line {one.line}: {_growth(one)}"
            yield from (f"    {text}" for text in _figures(one))


def _growth(one: Grown) -> str:
    words = _WORDS[one.growth.curve]
    return f"{words} with the rows of {one.table}" if one.table else words


def _figures(one: Grown) -> Iterator[str]:
    sizes = sorted({each.rows for each in one.growth.points})
    measured = []
    for rows in sizes:
        times = sorted(each.seconds for each in one.growth.points if each.rows == rows)
        measured.append(f"{rows:,} rows {duration(times[len(times) // 2])}")
    if measured:
        yield "; ".join(measured)
    if one.expected:
        far = ", far beyond what was measured" if one.is_far else ""
        yield f"at {one.expected.rows:,} rows: {interval(one.expected)}{far}"


def interval(one: Estimate) -> str:
    """Return an estimate and its interval in words."""
    if not isfinite(one.high):
        return f"about {duration(one.seconds)}"
    return f"{duration(one.seconds)} ({duration(one.low)} to {duration(one.high)})"


def duration(seconds: float) -> str:
    """Return a time in the unit that reads best."""
    if seconds < 1:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
