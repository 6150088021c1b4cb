"""Statements of a file that do the same, as one row: a page of thousands is read by nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pgproof.ahead.lint import Violation
from pgproof.ahead.locks import Effect
from pgproof.ahead.plan import Plan, PlannedFile, PlannedStatement
from pgproof.ahead.shapes import without_numbers
from pgproof.ahead.sizes import Size

_SHOWN = 3


@dataclass(frozen=True)
class Group:
    """Statements that differ in numbers and constants alone."""

    statements: tuple[PlannedStatement, ...]

    @property
    def first(self) -> PlannedStatement:
        """The first of them."""
        return self.statements[0]

    @property
    def words(self) -> str:
        """The first words of the first, and how many there are."""
        count = len(self.statements)
        return self.first.words if count == 1 else f"{count:,} times: {self.first.words}"

    def effects(self, plan: Plan, *, apart: bool = False) -> Iterator[tuple[Effect, str]]:
        """Yield effects and where they are: of many alike, on the largest relation and more."""
        alike: dict[object, list[Effect]] = {}
        every = dict.fromkeys(effect for one in self.statements for effect in one.effects)
        for effect in every or (Effect("", ""),):
            alike.setdefault(effect if apart else _work(effect), []).append(effect)
        for some in alike.values():
            if len(some) <= _SHOWN:
                yield from ((one, one.relation) for one in some)
            else:
                largest = max(some, key=lambda one: plan.sizes.get(one.relation, Size(0, 0)).bytes)
                yield largest, f"{largest.relation} and {len(some) - 1:,} more"


def groups(file: PlannedFile, *, apart: bool = False) -> list[Group]:
    """Return the statements of a file in groups, or each apart, in the order of their first."""
    alike: dict[object, list[PlannedStatement]] = {}
    for one in file.statements:
        works = tuple(map(_work, one.effects))
        same = (one.alike, works, one.in_transaction, one.lock_timeout)
        alike.setdefault(one.number if apart else same, []).append(one)
    return [Group(tuple(some)) for some in alike.values()]


def _work(effect: Effect) -> object:
    note = without_numbers(effect.note)
    return effect.lock, effect.rewrites, effect.scans, note, bool(effect.relation)


def faults(
    findings: Iterable[Violation], *, apart: bool = False
) -> Iterator[tuple[Violation, str]]:
    """Yield findings and where they are; the same rule in one file is one finding."""
    alike: dict[object, list[Violation]] = {}
    for one in findings:
        alike.setdefault(one if apart else (one.rule, one.message), []).append(one)
    for some in alike.values():
        more = f" and {len(some) - 1:,} more" if len(some) > 1 else ""
        yield some[0], f"line {some[0].line}{more}"
