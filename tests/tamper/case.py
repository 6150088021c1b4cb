"""A tampering under a name, and the list that each module of tamperings adds its own to."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.tamper.world import Copy, World

Tampering = Callable[[Copy], None]


@dataclass(frozen=True)
class Case:
    """What is done to a copy of the world."""

    name: str
    tampering: Tampering


@dataclass(frozen=True)
class Verdict:
    """What saw a tampering: verify, check and anchor, none of them or some."""

    name: str
    seen_by: tuple[str, ...]


CASES: list[Case] = []


def case(name: str) -> Callable[[Tampering], Tampering]:
    """Add the decorated tampering to the list."""

    def add(tampering: Tampering) -> Tampering:
        assert name not in [known.name for known in CASES], name
        CASES.append(Case(name, tampering))
        return tampering

    return add


def statements(name: str, text: str) -> None:
    """Add a tampering that is nothing but statements with triggers off."""
    case(name)(lambda copy: copy.run(text))


def judge(world: World, number: int, one: Case) -> Verdict:
    """Make the tampering in a copy, and look what sees it."""
    with world.copy(f"eagle_tampered_{number}") as copy:
        one.tampering(copy)
        return Verdict(one.name, tuple(copy.seen_by()))
