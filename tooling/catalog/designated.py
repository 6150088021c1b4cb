"""Rules of what a designation says: sizes, walls and nominal weights."""

from tooling.catalog.labels import PIPE_DIAMETERS
from tooling.catalog.rule import ANGLES, BEAMS, CHANNELS, TEES, Expected, Rule, Section

_INCH, _POUND_PER_FOOT = 25.4, 1.48816394357
_SAYS = "its label says"
LABEL = "label"


def _sizes(s: Section) -> tuple[float, ...]:
    if s.label is None or s.label.type != s.type:
        raise KeyError(LABEL)
    return s.label.sizes


def _printed(s: Section, size: float, unit: float = _INCH) -> Expected:
    """Return what a label says; one beside values in SI may be metric or not."""
    return size if s.units == "us" else (size, size * unit)


def _size(position: int, s: Section) -> Expected:
    return _printed(s, _sizes(s)[position])


def _depth(s: Section) -> Expected:
    """Return the nominal depth; metric ones are rounded to 25 or 50 mm, which says little."""
    size = _sizes(s)[0]
    nearest = min(max(s["d"], 0.7 * size), 1.3 * size)
    return size if s.units == "us" else (nearest, size * _INCH)


def _leg(s: Section, symbol: str) -> Expected:
    """Return the leg of the label that d or b should be: they are printed in either order."""
    short, long = sorted(_sizes(s)[:2])
    is_shorter = s[symbol] < s["b" if symbol == "d" else "d"]
    if s["d"] == s["b"]:
        return _both(_printed(s, short), _printed(s, long))
    return _printed(s, short if is_shorter else long)


def _both(*expected: Expected) -> tuple[float, ...]:
    pairs = (one if isinstance(one, tuple) else (one,) for one in expected)
    return tuple(value for pair in pairs for value in pair)


def _last(s: Section) -> float:
    sizes = _sizes(s)
    return sizes[2] if s.type in ANGLES else sizes[-1]


def _wall(s: Section) -> Expected:
    said = _both(_printed(s, _last(s)))
    return (*said, *(0.93 * one for one in said))


def _pipe(s: Section) -> Expected:
    size = _sizes(s)[0]
    inches = PIPE_DIAMETERS.get(size, size)
    if s.units == "us":
        return inches
    metric = size / 25
    nearest = min(PIPE_DIAMETERS, key=lambda nominal: abs(nominal - metric))
    return inches * _INCH, PIPE_DIAMETERS[nearest] * _INCH, metric * _INCH


DESIGNATED = (
    Rule((*BEAMS, *CHANNELS, *TEES), "W", _SAYS, (LABEL,),
         lambda s: _printed(s, _sizes(s)[1], _POUND_PER_FOOT), 0.97, 1.03),
    Rule(("W", "WT"), "d", _SAYS, (LABEL,), lambda s: _size(0, s), 0.93, 1.72),
    Rule(("M", "S", "HP", "C", "MC", "MT", "ST"), "d", _SAYS, (LABEL,), _depth, 0.93, 1.07),
    Rule(ANGLES, "t", _SAYS, (LABEL,), lambda s: _printed(s, _last(s)), 0.98, 1.02),
    Rule(ANGLES, "d", _SAYS, (LABEL, "b"), lambda s: _leg(s, "d"), 0.98, 1.02),
    Rule(ANGLES, "b", _SAYS, (LABEL, "d"), lambda s: _leg(s, "b"), 0.98, 1.02),
    Rule(("HSS",), "OD", _SAYS, (LABEL,), lambda s: _size(0, s), 0.985, 1.015),
    Rule(("HSS",), "Ht", _SAYS, (LABEL,), lambda s: _size(0, s), 0.985, 1.015),
    Rule(("HSS",), "B", _SAYS, (LABEL, "Ht"), lambda s: _size(1, s), 0.985, 1.015),
    Rule(("HSS",), "tnom", _SAYS, (LABEL,), lambda s: _printed(s, _last(s)), 0.965, 1.035),
    Rule(("HSS",), "tdes", _SAYS, (LABEL,), _wall, 0.965, 1.035),
    Rule(("PIPE",), "OD", _SAYS, (LABEL,), _pipe, 0.985, 1.015),
)  # fmt: skip
