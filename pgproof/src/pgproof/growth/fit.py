"""Which curve some measured times follow, and what it says of another number of rows. Pure.

A time is taken to be off by a share of itself, so that each size counts alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

CURVES: dict[str, Callable[[float], float]] = {
    "constant": lambda _: 0.0,
    "linear": lambda n: n,
    "n log n": lambda n: n * log(max(n, 2)),
    "quadratic": lambda n: n * n,
}
"""From the slowest growth to the fastest."""
UNKNOWN = "unknown"
_T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)
"""Student's t for 95 %, by degrees of freedom from 1."""
_NORMAL = 1.96
_LEAST_ERROR = 0.02
"""Share by which a time is off at the least: else a curve by chance would be beyond doubt."""
_BETTER = 1.5
"""How many times smaller the squared errors of a faster curve must be, for it to be taken."""
_EQUAL = 1.25
"""Ratio of the times of the largest and the smallest size up to which they are constant."""
_SHORTEST = 1e-6


@dataclass(frozen=True)
class Point:
    """A time that was measured, and the rows of the table that it is taken to grow with."""

    rows: int
    seconds: float


@dataclass(frozen=True)
class Estimate:
    """The time at a number of rows, and the interval that has it in 95 of 100 cases."""

    rows: int
    seconds: float
    low: float
    high: float


@dataclass(frozen=True)
class Growth:
    """A curve: `start` seconds, and `step` for each unit of it. `points` is how many it is of."""

    curve: str
    start: float = 0.0
    step: float = 0.0
    error: float = 0.0
    """Standard deviation of a time, as a share of it."""
    points: tuple[Point, ...] = ()

    def at(self, rows: int) -> Estimate | None:
        """Return the time at a number of rows; None where no curve was found."""
        if self.curve == UNKNOWN:
            return None
        value = max(self._value(rows), _SHORTEST)
        free = len(self.points) - (1 if self.curve == "constant" else 2)
        if free < 1:
            return Estimate(rows, value, 0.0, inf)
        factor = _T95[free - 1] if free <= len(_T95) else _NORMAL
        # The interval is one of factors: a time is never less than nothing.
        spread = factor * self.error * sqrt(1 + self._leverage(rows))
        return Estimate(rows, value, value * exp(-spread), value * exp(spread))

    def _value(self, rows: float) -> float:
        return self.start + self.step * CURVES[self.curve](rows)

    def _leverage(self, rows: int) -> float:
        """Return the variance of the curve itself at a place, as a multiple of a point's."""
        fitted = [(max(self._value(one.rows), _SHORTEST), one.rows) for one in self.points]
        here = max(self._value(rows), _SHORTEST)
        if self.curve == "constant":
            return 1 / len(fitted)
        shape = CURVES[self.curve]
        columns = [(1 / value, shape(n) / value) for value, n in fitted]
        aa = sum(a * a for a, _ in columns)
        ab = sum(a * b for a, b in columns)
        bb = sum(b * b for _, b in columns)
        determinant = aa * bb - ab * ab
        if determinant <= 0:
            return 1 / len(fitted)
        a, b = 1 / here, shape(rows) / here
        return (a * a * bb - 2 * a * b * ab + b * b * aa) / determinant


def fit(points: Sequence[Point]) -> Growth:
    """Return the slowest curve that explains the times as well as any other, or nearly so.

    Of fewer than two sizes nothing is known.
    """
    given = tuple(Point(one.rows, max(one.seconds, _SHORTEST)) for one in points)
    sizes = sorted({one.rows for one in given})
    if len(sizes) < 2:
        return Growth(UNKNOWN, points=given)
    first, last = (_median([one for one in given if one.rows == n]) for n in (sizes[0], sizes[-1]))
    if last / first <= _EQUAL:
        return _constant(given)
    found = [_curve(name, given) for name in CURVES if name != "constant"]
    best = min(one.error for one in found)
    return next(one for one in found if one.error**2 <= best**2 * _BETTER)


def _median(points: Sequence[Point]) -> float:
    times = sorted(one.seconds for one in points)
    return times[len(times) // 2]


def _constant(points: tuple[Point, ...]) -> Growth:
    middle = exp(sum(log(one.seconds) for one in points) / len(points))
    return _with_error(Growth("constant", middle, 0.0, points=points))


def _curve(name: str, points: tuple[Point, ...]) -> Growth:
    """Fit start and step, neither below nothing, by least squares of relative errors."""
    shape = CURVES[name]
    columns = [(1 / one.seconds, shape(one.rows) / one.seconds) for one in points]
    aa = sum(a * a for a, _ in columns)
    ab = sum(a * b for a, b in columns)
    bb = sum(b * b for _, b in columns)
    a, b = (sum(column[place] for column in columns) for place in (0, 1))
    determinant = aa * bb - ab * ab
    start = (a * bb - b * ab) / determinant if determinant > 0 else 0.0
    step = (b * aa - a * ab) / determinant if determinant > 0 else b / bb
    if start < 0:
        start, step = 0.0, b / bb
    elif step < 0:
        start, step = a / aa, 0.0
    return _with_error(Growth(name, start, step, points=points))


def _with_error(one: Growth) -> Growth:
    used = 1 if one.curve == "constant" else 2
    total = sum(
        log(max(one._value(each.rows), _SHORTEST) / each.seconds) ** 2 for each in one.points
    )
    error = sqrt(total / max(len(one.points) - used, 1))
    return Growth(one.curve, one.start, one.step, max(error, _LEAST_ERROR), one.points)
