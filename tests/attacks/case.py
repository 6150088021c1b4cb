"""What an attack is, and the list that each module of attacks adds its own to."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.attacker import Attacker
from tests.attacks.world import World

APPLICATION = "eagle_application"
READER = "eagle_reader"
AUDITOR = "eagle_auditor"
OPERATOR = "eagle_operator"
EXPORTER = "eagle_exporter"
BACKUP = "eagle_backup"
INDEXER = "eagle_indexer"

Attack = Callable[[Attacker], None]


class BreachError(Exception):
    """The attack got what it was after; the message says what."""


@dataclass(frozen=True)
class Case:
    """An attack under a name, and the role that it is made as."""

    name: str
    role: str
    attack: Attack


@dataclass(frozen=True)
class Verdict:
    """What became of a case. `how` says what refused it, or what got through."""

    name: str
    role: str
    refused: bool
    how: str


CASES: list[Case] = []


def case(name: str, role: str = APPLICATION) -> Callable[[Attack], Attack]:
    """Add the decorated attack to the list."""

    def add(attack: Attack) -> Attack:
        assert name not in [known.name for known in CASES if known.role == role], name
        CASES.append(Case(name, role, attack))
        return attack

    return add


def statement(name: str, *statements: str, role: str = APPLICATION) -> None:
    """Add an attack that is nothing but statements in one transaction of Ana's account."""
    case(name, role)(lambda attacker: attacker.tries(*statements))


def forbidden(name: str, *statements: str, role: str = APPLICATION) -> None:
    """Add an attack of which every statement must end in an error."""

    def attack(attacker: Attacker) -> None:
        attacker.tries(*statements)
        for sent, outcome in zip(attacker.sent, attacker.outcomes, strict=True):
            if outcome.error is None:
                raise BreachError(f"allowed: {sent.strip()[:80]}")

    case(name, role)(attack)


def judge(world: World, one: Case, *, looking: bool = True) -> Verdict:
    """Make the attack and look what it learnt and, with `looking`, what changed since a look."""
    world.commands.clear()
    got = ""
    with Attacker(world, one.role) as attacker:
        try:
            one.attack(attacker)
        except BreachError as breach:
            got = str(breach)
        leaked = world.secrets_in(attacker.learnt(), attacker.sent)
        how = attacker.summary()
    changed = world.changes() if looking else []
    if leaked:
        got = f"learnt {', '.join(leaked)[:200]}"
    if changed:
        got = f"changed {', '.join(changed)}"
    return Verdict(one.name, one.role, not got, got or how)
