"""Judge a section in all systems of units it is printed in: what is doubted, and what is kept."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from tooling.catalog.designated import LABEL
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.labels import designation
from tooling.catalog.physics import Broken, Verdict, judge
from tooling.catalog.rule import Section

# What the typed columns of catalog.material_catalog hold.
SEARCHED = frozenset(
    (
        *("d", "Ht", "OD", "bf", "B", "b", "tw", "tf", "tdes", "t"),
        *("W", "A", "Ix", "Zx", "Sx", "rx", "Iy", "Zy", "Sy", "ry", "J"),
    )
)
# A section without these cannot be stored.
_NEEDED = frozenset(("W", "A"))
# Metric weights are nominal, in whole or half kg/m.
_WEIGHT_TOLERANCE, _WEIGHT_SLACK = 0.04, 0.6
# A difference that no search can notice: the value in US units stays.
_SMALL = 0.015
# Qs follows from Fy, which is 50 ksi in one system and 345 MPa in the other.
_STRESS = 0.07
_DIGITS = 3
_ROUNDING = 1.05

Literals = Mapping[str, str]


@dataclass(frozen=True)
class Fault:
    """A value that is doubted and why; a section with one that is searched by is left out.

    `units` is None where both systems print the same wrong value, or only one is printed.
    """

    symbol: str
    units: tuple[str, ...]
    message: str
    is_resolved: bool = False

    @property
    def is_searched(self) -> bool:
        """Tell whether the catalog is searched by the value; by the label it always is."""
        return self.symbol in SEARCHED or self.symbol == LABEL


@dataclass(frozen=True)
class Printed:
    """What is printed of one section: literals by system and symbol, and its designations."""

    type: str
    values: Mapping[str, Literals]
    labels: Mapping[str, str | None]
    slack: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def faults(printed: Printed, dictionary: Dictionary) -> list[Fault]:
    """Return the faults of a section, those between systems of units first."""
    main = "us" if "us" in printed.values else "si"
    verdict = judge(_numbers(printed, main, dictionary))
    found = []
    if len(printed.values) == 2 and (different := _different(printed, dictionary)):
        verdicts = {"us": verdict, "si": judge(_numbers(printed, "si", dictionary))}
        found = [_settle(one, verdicts) for one in different]
    found += _mistyped(printed, main)
    settled = {fault.symbol for fault in found}
    for symbol, broken in verdict.blamed.items():
        if symbol not in settled:
            units = tuple(u for u in printed.values if symbol in printed.values[u]) or (main,)
            found.append(Fault(symbol, units, _message(symbol, broken, printed, main, dictionary)))
    return found


def _mistyped(printed: Printed, units: str) -> list[Fault]:
    label = printed.labels.get(units)
    said = designation(label) if label else None
    if said is None or said.type == printed.type:
        return []
    return [Fault(LABEL, (units,), f"is of type {printed.type}; its label says {said.type}")]


def _numbers(printed: Printed, units: str, dictionary: Dictionary) -> Section:
    """Return a section as numbers of one length."""
    scales = dictionary.scales[units]
    values = {s: float(text) * scales[s] for s, text in printed.values[units].items()}
    lost = printed.slack.get(units, {})
    slack = {s: lost[s] * scales[s] for s in values if s in lost}
    label = printed.labels.get(units)
    return Section(printed.type, units, values, designation(label) if label else None, slack)


def _message(
    symbol: str, broken: Broken, printed: Printed, units: str, dictionary: Dictionary
) -> str:
    rule, literals = broken.rule, printed.values[units]
    expected = broken.expected / dictionary.scales[units][rule.symbol]
    value = float(literals[rule.symbol])
    if symbol not in (rule.symbol, LABEL):
        own = float(literals[symbol])
        return f"{symbol} is {own:g}; with it {rule.symbol} would be {expected:.4g}, not {value:g}"
    verb = "weighs" if rule.symbol == "W" else f"{rule.symbol} is"
    return f"{verb} {value:g}; {rule.says} {expected:.4g}"


@dataclass(frozen=True)
class _Difference:
    symbol: str
    message: str
    is_small: bool


def _different(printed: Printed, dictionary: Dictionary) -> list[_Difference]:
    """Compare what is printed in both systems of units."""
    us, si = printed.values["us"], printed.values["si"]
    found = []
    for symbol, factor in dictionary.factors.items():
        if symbol not in us or symbol not in si:
            continue
        value = float(us[symbol])
        expected = value * factor
        difference = abs(float(si[symbol]) - expected)
        if difference <= _allowed(symbol, value, expected, printed):
            continue
        message = f"{symbol} is {si[symbol]} in SI; {us[symbol]} in US units gives {expected:.4g}"
        found.append(_Difference(symbol, message, difference <= _SMALL * expected))
    return found


def _allowed(symbol: str, us: float, si: float, printed: Printed) -> float:
    if symbol == "W":
        return max(_WEIGHT_TOLERANCE * si, _WEIGHT_SLACK)
    if symbol not in SEARCHED:
        return (_STRESS if symbol == "Qs" else _SMALL) * si
    lost = printed.slack.get("us", {}).get(symbol, 0.0) / us
    lost += printed.slack.get("si", {}).get(symbol, 0.0) / si
    return si * (_ROUNDING * (_half_digit(us) + _half_digit(si)) + lost)


def _half_digit(value: float) -> float:
    """Return how far rounding to three digits moves a value, as a share of it."""
    return 0.5 * 10.0 ** (math.floor(math.log10(value)) - _DIGITS + 1) / value if value else 0.0


def _settle(difference: _Difference, verdicts: Mapping[str, Verdict]) -> Fault:
    """Say which of the two systems is wrong, as the rules of each agree."""
    symbol, message = difference.symbol, difference.message
    wrong = [units for units in ("us", "si") if symbol in verdicts[units].blamed]
    if len(wrong) != 1:
        counts = {units: verdicts[units].tally.get(symbol, 0) for units in ("us", "si")}
        most = max(counts.values())
        wrong = [units for units in counts if counts[units] == most]
    if len(wrong) == 1:
        if symbol in SEARCHED:
            message += "; its other values agree with " + ("SI" if wrong == ["us"] else "US units")
        return Fault(symbol, tuple(wrong), message, is_resolved=True)
    if difference.is_small:
        return Fault(symbol, ("si",), message, is_resolved=True)
    if symbol in SEARCHED:
        message += "; no check says which is right"
    return Fault(symbol, ("us", "si"), message, is_resolved=symbol not in _NEEDED)
