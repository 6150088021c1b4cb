"""What mutation testing is about: a mutant, how it ended, and the whole run."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from pgproof.errors import Exit


class State(StrEnum):
    """How a mutant ended."""

    KILLED = "killed"
    SURVIVED = "survived"
    EXCUSED = "excused"
    STILLBORN = "stillborn"
    """The server refuses the SQL: nobody can make this mistake."""


@dataclass(frozen=True)
class Mutant:
    """One fault that is made on purpose.

    `names` are what a test that is about it may mention: the object, and the part of it. `oid` is
    that of the relation, routine or type; `line` is the one of a function's SQL that is changed;
    `rule` is why it is left out, if it is.
    """

    operator: str
    object: str
    what: str
    sql: str
    oid: int = 0
    names: tuple[str, ...] = ()
    line: int = 0
    rule: str = ""

    @property
    def id(self) -> str:
        """What it is called in a report, and in the file of excuses."""
        return f"{self.operator} {self.object}: {self.what}"

    @property
    def shown(self) -> tuple[str, ...]:
        """Return the SQL for people: of a function the line that is changed."""
        lines = self.sql.splitlines()
        if not self.line:
            return tuple(lines)
        return (lines[0], f"  line {self.line}: {lines[self.line - 1].strip()}")

    def as_dict(self) -> dict[str, Any]:
        """Return a document of it."""
        return {
            "mutant": self.id,
            "operator": self.operator,
            "object": self.object,
            "sql": self.sql,
        }

    @cached_property
    def key(self) -> str:
        """What it is known by from one run to the next."""
        return sha256(f"{self.id}\0{self.sql}".encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Outcome:
    """How a mutant ended: by which test file, and what this said; or after how many files."""

    mutant: Mutant
    state: State
    killer: str | None = None
    said: str | None = None
    files: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return a document of it."""
        return {**self.mutant.as_dict(), "test_files": self.files}


@dataclass(frozen=True)
class Mutation:
    """A whole run. `equal` are the mutants that rules left out, and how many by which rule."""

    version: str
    outcomes: tuple[Outcome, ...]
    seconds: float
    excuses: dict[str, str] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    resumed: int = 0

    def of(self, state: State) -> tuple[Outcome, ...]:
        """Return the mutants that ended so."""
        return tuple(one for one in self.outcomes if one.state == state)

    @property
    def exit_code(self) -> Exit:
        """0 if each was killed or is excused, and each excuse is of one that survives."""
        return Exit.SURVIVED if self.of(State.SURVIVED) or self.stale else Exit.OK

    def as_dict(self) -> dict[str, Any]:
        """Return a document of it; `mutants` are those that the server took."""
        count = Counter(one.state for one in self.outcomes)
        operators: dict[str, Counter[str]] = {}
        for one in self.outcomes:
            operators.setdefault(one.mutant.operator, Counter())[one.state.value] += 1
        return {
            "version": self.version,
            "mutants": len(self.outcomes) - count[State.STILLBORN],
            "killed": count[State.KILLED],
            "excused": count[State.EXCUSED],
            "survivors": [one.as_dict() for one in self.of(State.SURVIVED)],
            "excuses": [
                {**one.as_dict(), "reason": self.excuses[one.mutant.id]}
                for one in self.of(State.EXCUSED)
            ],
            "stale_excuses": list(self.stale),
            "stillborn": count[State.STILLBORN],
            "left_out": self.left_out,
            "operators": {name: dict(operators[name]) for name in sorted(operators)},
            "resumed": self.resumed,
            "seconds": self.seconds,
        }
