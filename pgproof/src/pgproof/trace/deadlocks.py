"""Orders of locks that can deadlock, and how long the locks of a file are held."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from pgproof.ahead.locks import (
    ACCESS_EXCLUSIVE,
    ACCESS_SHARE,
    EXCLUSIVE,
    MODES,
    ROW_EXCLUSIVE,
    ROW_SHARE,
    SHARE,
    SHARE_ROW_EXCLUSIVE,
    SHARE_UPDATE_EXCLUSIVE,
    strength,
)
from pgproof.trace.records import Deadlock, Held, TracedFile, TracedStatement

_CONFLICTS = {
    ACCESS_SHARE: MODES[8:],
    ROW_SHARE: MODES[7:],
    ROW_EXCLUSIVE: MODES[5:],
    SHARE_UPDATE_EXCLUSIVE: MODES[4:],
    SHARE: (*MODES[3:5], *MODES[6:]),
    SHARE_ROW_EXCLUSIVE: MODES[3:],
    EXCLUSIVE: MODES[2:],
    ACCESS_EXCLUSIVE: MODES[1:],
}
"""By mode, the modes that it excludes."""
_HELD = ("table", "view", "materialized view", "foreign table", "sequence")


@dataclass(frozen=True)
class Step:
    """A lock that a transaction waits for, and the statement that does."""

    relation: str
    mode: str
    statement: int


@dataclass(frozen=True)
class Transaction:
    """A name for people, and the steps in order."""

    name: str
    steps: tuple[Step, ...]


def conflict(one: str, other: str) -> bool:
    """Whether two modes on the same relation exclude each other."""
    return other in _CONFLICTS[one]


def steps_of(statements: Iterable[TracedStatement]) -> Iterator[Step]:
    """Yield the locks of statements in one transaction, each mode of a relation once."""
    taken: set[tuple[str, str]] = set()
    for one in statements:
        for lock in one.measured.locks:
            if lock.kind in _HELD and (lock.relation, lock.mode) not in taken:
                taken |= {(lock.relation, mode) for mode in (*lock.modes, lock.mode)}
                yield Step(lock.relation, lock.mode, one.number)


def deadlocks(file: Transaction, others: Iterable[Transaction]) -> tuple[Deadlock, ...]:
    """Return the first two steps of the file that can deadlock with each of the others."""
    found = (_first(file, other) for other in others)
    return tuple(one for one in found if one is not None)


def _first(file: Transaction, other: Transaction) -> Deadlock | None:
    ours, theirs = file.steps, other.steps
    for first, second in combinations(range(len(ours)), 2):
        for early, late in combinations(range(len(theirs)), 2):
            if (
                _meet(ours[first], theirs[late])
                and _meet(ours[second], theirs[early])
                and not _excluded(ours[: first + 1], theirs[: early + 1])
            ):
                return Deadlock(
                    other.name,
                    ours[first].relation,
                    ours[second].relation,
                    (ours[first].statement, ours[second].statement),
                )
    return None


def _meet(one: Step, other: Step) -> bool:
    return one.relation == other.relation and conflict(one.mode, other.mode)


def _excluded(ours: Sequence[Step], theirs: Sequence[Step]) -> bool:
    """Whether two transactions cannot both have come so far."""
    return any(_meet(one, other) for one in ours for other in theirs)


def between(files: Sequence[TracedFile]) -> tuple[TracedFile, ...]:
    """Return the files, each with the earlier ones that it can deadlock with."""
    seen: list[Transaction] = []
    found = []
    for file in files:
        new = file
        if file.transactional:
            own = Transaction(file.id, tuple(steps_of(file.statements)))
            new = replace(file, deadlocks=(*deadlocks(own, seen), *file.deadlocks))
            seen.append(own)
        found.append(new)
    return tuple(found)


def held(statements: Sequence[TracedStatement], *, transactional: bool) -> tuple[Held, ...]:
    """Return the locks that keep others from writing, and the seconds from their statement on.

    Without a transaction a lock ends with its statement.
    """
    found: list[Held] = []
    strongest: dict[str, int] = {}
    for place, one in enumerate(statements):
        rest = statements[place:] if transactional else [one]
        seconds = round(sum(each.measured.seconds for each in rest), 6)
        for lock in one.measured.locks:
            if lock.kind in _HELD and strength(lock.mode) >= strength(SHARE):
                if not transactional or strength(lock.mode) > strongest.get(lock.relation, 0):
                    found.append(Held(lock.relation, lock.mode, one.number, seconds))
                strongest[lock.relation] = max(strongest.get(lock.relation, 0), strength(lock.mode))
    return tuple(found)
