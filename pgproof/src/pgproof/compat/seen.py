"""What is seen of a statement in one state of the database."""

from dataclasses import dataclass

from pgproof.compat.plans import Planned

TypeKey = tuple[int, int]
"""A type's OID and modifier."""


@dataclass(frozen=True)
class Refusal:
    """What the server says against a statement. `is_run` is one that only running it shows."""

    sqlstate: str
    message: str
    is_run: bool = False

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.message} (SQLSTATE {self.sqlstate})"


@dataclass(frozen=True)
class Seen:
    """A statement in a state: refused, or its parameters, columns and plans.

    `typed` is a refusal of the parameters' types as they were before, `reached` the plan with
    sequential scans off, `rows` the number of rows that it returned when it was run.
    """

    refusal: Refusal | None = None
    parameters: tuple[TypeKey, ...] = ()
    columns: tuple[tuple[str, TypeKey], ...] = ()
    plan: Planned | None = None
    reached: Planned | None = None
    typed: Refusal | None = None
    run: Refusal | None = None
    rows: int | None = None
