"""Find which printed value of a section is wrong, by the rules that it breaks.

Every rule that a section breaks names the values that cannot all be right. Of these the one is
doubted that most broken rules and fewest kept ones share.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tooling.catalog.designated import DESIGNATED, LABEL
from tooling.catalog.details import DETAILS
from tooling.catalog.rule import Rule, Section
from tooling.catalog.rules import RULES

# Nominal weights of small sections are rounded: pounds a foot, kilograms a metre.
_NOMINAL_SLACK = {"us": 0.25, "si": 0.6}
# What rounding to a column's decimals may add, for values that a rule cubes.
_POWER = 3
# SI values are rounded after they were converted, and so are the dimensions they follow from.
_CONVERTED, _EXACT = 0.008, 1e-9


@dataclass(frozen=True)
class Broken:
    """A rule that a section breaks: what is printed, and the nearest that the rule allows."""

    rule: Rule
    printed: float
    expected: float

    @property
    def names(self) -> frozenset[str]:
        """The values that cannot all be right; one of them may be the label."""
        return frozenset((self.rule.symbol, *self.rule.uses))


@dataclass(frozen=True)
class Verdict:
    """The values to doubt, each with the rule that says so, and how often each name is in one."""

    blamed: Mapping[str, Broken]
    tally: Mapping[str, int]


def judge(section: Section) -> Verdict:
    """Return which values of a section its rules blame."""
    broken: list[Broken] = []
    kept: list[Rule] = []
    values = section.v
    for rule, needed in _rules(section.type):
        if not needed <= values.keys():
            continue
        verdict = _apply(rule, section)
        if verdict is True:
            kept.append(rule)
        elif verdict is not None:
            broken.append(verdict)
    if not broken:
        return _SOUND
    tally = Counter(name for one in broken for name in one.names)
    support = Counter(name for rule in kept for name in (rule.symbol, *rule.uses))
    return Verdict(dict(_blame(broken, support)), tally)


_SOUND = Verdict({}, {})


@cache
def _rules(kind: str) -> tuple[tuple[Rule, frozenset[str]], ...]:
    """Return the rules of a type of shape, each with the values that it needs."""
    return tuple(
        (rule, frozenset((rule.symbol, *rule.uses)) - {LABEL})
        for rule in (*RULES, *DETAILS, *DESIGNATED)
        if kind in rule.types
    )


def _apply(rule: Rule, section: Section) -> Broken | Literal[True] | None:
    """Return what is broken, True for a rule that is kept, None for one that cannot be asked."""
    printed = section.v[rule.symbol]
    try:
        expected = rule.formula(section)
    except (KeyError, ValueError, ZeroDivisionError, OverflowError):
        return None
    extra = _lost(rule, section) if section.slack else 0.0
    extra += _CONVERTED if section.units == "si" else _EXACT
    low, high = rule.low - extra, rule.high + extra
    if isinstance(expected, tuple):
        if any(0 < low * one <= printed <= high * one for one in expected):
            return True
        expected = min(expected, key=lambda one: abs(one - printed))
    elif 0 < low * expected <= printed <= high * expected:
        return True
    if rule.symbol == "W" and abs(printed - expected) <= _NOMINAL_SLACK[section.units]:
        return True
    return Broken(rule, printed, expected)


def _lost(rule: Rule, section: Section) -> float:
    names = (rule.symbol, *(name for name in rule.uses if name in section.slack))
    return _POWER * sum(section.slack.get(n, 0.0) / section.v[n] for n in names)


def _blame(broken: Sequence[Broken], kept: Counter[str]) -> list[tuple[str, Broken]]:
    found = []
    left = list(broken)
    while left:
        tally = Counter(name for one in left for name in one.names)
        primary = Counter(one.rule.symbol for one in left)
        name = max(tally, key=lambda n: (tally[n] - kept[n], primary[n], n))
        shown = min((b for b in left if name in b.names), key=lambda b: b.rule.symbol != name)
        found.append((name, shown))
        left = [one for one in left if name not in one.names]
    return found
