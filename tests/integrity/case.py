"""A fault under a name, and the list that each module of faults adds its own to."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.tamper.world import Copy

Planting = Callable[[Copy], None]


@dataclass(frozen=True)
class Case:
    """What is planted in a copy of the world, and the check that has to find it."""

    name: str
    check: str
    planting: Planting


CASES: list[Case] = []


def case(name: str, check: str) -> Callable[[Planting], Planting]:
    """Add the decorated planting to the list."""

    def add(planting: Planting) -> Planting:
        assert name not in [known.name for known in CASES], name
        CASES.append(Case(name, check, planting))
        return planting

    return add


def statements(check: str, name: str, text: str) -> None:
    """Add a fault that is planted by statements of a superuser with triggers off."""
    case(name, check)(lambda copy: copy.run(text))
