"""Statements of a file that do the same, as one row: a page of thousands is read by nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pgproof.ahead.lint import Finding
from pgproof.ahead.locks import Effect
from pgproof.ahead.plan import PlannedFile, PlannedStatement

_SHOWN = 3


@dataclass(frozen=True)
class Group:
    """Statements that differ in their constants alone: the first, and how many there are."""

    first: PlannedStatement
    count: int

    @property
    def words(self) -> str:
        """The first words of the first, and how often the like is run."""
        return self.first.words if self.count == 1 else f"{self.count:,} times: {self.first.words}"


def groups(file: PlannedFile, *, apart: bool = False) -> list[Group]:
    """Return the statements of a file in groups, or each apart, in the order of their first."""
    alike: dict[object, list[PlannedStatement]] = {}
    for one in file.statements:
        same = (one.alike, one.effects, one.in_transaction, one.lock_timeout)
        alike.setdefault(one.number if apart else same, []).append(one)
    return [Group(some[0], len(some)) for some in alike.values()]


def folded(effects: Iterable[Effect], *, apart: bool = False) -> Iterator[tuple[Effect, int]]:
    """Yield effects, of many that differ in their relation alone the first: and how many more."""
    alike: dict[Effect, list[Effect]] = {}
    for one in effects:
        alike.setdefault(replace(one, relation=""), []).append(one)
    for some in alike.values():
        if len(some) <= _SHOWN or apart:
            yield from ((one, 0) for one in some)
        else:
            yield some[0], len(some) - 1


def where(effect: Effect, more: int) -> str:
    """Say which relations an effect is on."""
    return f"{effect.relation} and {more:,} more" if more else effect.relation


def faults(findings: Iterable[Finding], *, apart: bool = False) -> Iterator[tuple[Finding, str]]:
    """Yield findings and where they are; the same rule in one file is one finding."""
    alike: dict[object, list[Finding]] = {}
    for one in findings:
        alike.setdefault(one if apart else (one.rule, one.message), []).append(one)
    for some in alike.values():
        more = f" and {len(some) - 1:,} more" if len(some) > 1 else ""
        yield some[0], f"line {some[0].line}{more}"
