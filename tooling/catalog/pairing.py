"""Find the rows that print one section: those in SI units beside those in US units.

A metric designation names its section where both are known. Else values do: a pipe of 3/4 in is
Pipe20STD in SI units, and Pipe20STD in US units is another.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from tooling.catalog.agreement import SEARCHED
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.entries import Entry, joined
from tooling.catalog.labels import identity

# What is compared: metric weights are nominal, and one value in three may be wrong.
_COMPARED = SEARCHED - {"W"}
_NEAR = ("A", "Ix", "rx")
_CLOSE, _CLEAR = 0.015, 0.03
_FEWEST_ALIKE, _FEWEST_COMPARED = 0.65, 4


def alike(us: Mapping[str, str], si: Mapping[str, str], dictionary: Dictionary) -> float:
    """Return the share of values that two systems of units print alike; 0 if too few are in both.

    Values are compared as SI; a literal in US units is converted.
    """
    total = same = 0
    for symbol in _COMPARED:
        if symbol in us and symbol in si:
            total += 1
            expected = float(us[symbol]) * dictionary.factors[symbol]
            same += abs(float(si[symbol]) - expected) <= _CLOSE * expected
    return same / total if total >= _FEWEST_COMPARED else 0.0


class Counterparts:
    """Sections that are printed in one system of units, to be asked for those of the other."""

    def __init__(self, candidates: Iterable[Entry], dictionary: Dictionary):
        self._dictionary = dictionary
        self._by_label: dict[str, Entry] = {}
        self._by_value: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        self._candidates = list(candidates)
        for position, one in enumerate(self._candidates):
            for symbol in _NEAR:
                if (value := self._metric(one, symbol)) is not None:
                    self._by_value[one.type, symbol].append((value, position))
            for label in filter(None, (one.metric_label, one.shape)):
                self._by_label.setdefault(identity(label), one)
        for values in self._by_value.values():
            values.sort()

    def of(self, entry: Entry) -> Entry | None:
        """Return the one candidate that prints the same section; None if none or several do."""
        named = self._by_label.get(entry.key)
        if named and named.type == entry.type and self._share(entry, named) >= _FEWEST_ALIKE:
            return named
        near = Counter(at for symbol in _NEAR for at in self._near(entry, symbol))
        shares = [(self._share(entry, self._candidates[at]), at) for at, n in near.items() if n > 1]
        best = sorted((pair for pair in shares if pair[0] >= _FEWEST_ALIKE), reverse=True)
        if not best or (len(best) > 1 and best[0][0] == best[1][0]):
            return None
        return self._candidates[best[0][1]]

    def _near(self, entry: Entry, symbol: str) -> Iterator[int]:
        """Yield the candidates of a type whose value is near to the section's."""
        values = self._by_value.get((entry.type, symbol), [])
        value = self._metric(entry, symbol)
        if value is None:
            return
        start = bisect_left(values, (value * (1 - _CLEAR), 0))
        for other, position in islice(values, start, None):
            if other > value * (1 + _CLEAR):
                return
            yield position

    def _metric(self, entry: Entry, symbol: str) -> float | None:
        if entry.is_metric:
            text = entry.values["si"].get(symbol)
            return float(text) if text else None
        text = entry.values["us"].get(symbol)
        return float(text) * self._dictionary.factors[symbol] if text else None

    def _share(self, entry: Entry, other: Entry) -> float:
        return alike(*_systems(entry, other), self._dictionary)


def _systems(entry: Entry, other: Entry) -> tuple[Mapping[str, str], Mapping[str, str]]:
    us, si = (other, entry) if entry.is_metric else (entry, other)
    return us.values["us"], si.values["si"]


def pair(found: Sequence[Entry], dictionary: Dictionary) -> list[Entry]:
    """Join the rows of a file that print one section in US and in SI units."""
    metric = [one for one in found if one.is_metric]
    us_only = [one for one in found if "si" not in one.values]
    if not metric or not us_only:
        return list(found)
    counterparts = Counterparts(us_only, dictionary)
    partners: dict[int, Entry] = {}
    lost = set()
    for one in metric:
        other = counterparts.of(one)
        if other is not None and id(other) not in partners:
            partners[id(other)] = one
            lost.add(id(one))
    return [
        joined(one, partners[id(one)]) if id(one) in partners else one
        for one in found
        if id(one) not in lost
    ]
