"""Find the rows that print one section: those in SI units beside those in US units.

A metric designation names its section where both are known. Else values do: a pipe of 3/4 in is
Pipe20STD in SI units, and Pipe20STD in US units is another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tooling.catalog.agreement import SEARCHED
from tooling.catalog.dictionary import Dictionary
from tooling.catalog.entries import Entry, joined
from tooling.catalog.labels import identity

# What is compared: metric weights are nominal, and one value in three may be wrong.
_COMPARED = SEARCHED - {"W"}
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
        self._by_type: dict[str, list[Entry]] = defaultdict(list)
        self._by_label: dict[str, Entry] = {}
        for one in candidates:
            self._by_type[one.type].append(one)
            for label in (one.shape, one.metric_label):
                if label:
                    self._by_label.setdefault(identity(label), one)
            if one.metric_label:
                self._by_label[identity(one.metric_label)] = one

    def of(self, entry: Entry) -> Entry | None:
        """Return the one candidate that prints the same section; None if none or several do."""
        named = self._by_label.get(entry.key)
        if named and named.type == entry.type and self._share(entry, named) >= _FEWEST_ALIKE:
            return named
        best: list[tuple[float, Entry]] = []
        for one in self._by_type[entry.type]:
            if self._may_be(entry, one) and (share := self._share(entry, one)) >= _FEWEST_ALIKE:
                best.append((share, one))
        best.sort(key=lambda pair: -pair[0])
        if not best or (len(best) > 1 and best[0][0] == best[1][0]):
            return None
        return best[0][1]

    def _may_be(self, entry: Entry, other: Entry) -> bool:
        us, si = _systems(entry, other)
        close = 0
        for symbol in ("A", "Ix", "rx"):
            if symbol in us and symbol in si:
                expected = float(us[symbol]) * self._dictionary.factors[symbol]
                close += abs(float(si[symbol]) - expected) <= _CLEAR * expected
        return close >= 2

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
