"""What a review has of each pending migration, and of all of them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from pgproof.ahead.plan import PlannedFile
from pgproof.ahead.sizes import Size
from pgproof.review.budgets import Budgets
from pgproof.review.changes import Change
from pgproof.review.diagram import Diagram
from pgproof.reviewed.record import Record
from pgproof.trace.records import TracedFile
from pgproof.verify.records import Verified


class Level(StrEnum):
    """What a remark does to the verdict."""

    NO = "no"
    """Is a reason for the verdict `no`."""
    CAUTION = "caution"
    """Is to be known before the migration runs."""
    NOTE = "note"


@dataclass(frozen=True)
class Remark:
    """Something to know of a migration. `line` is 0 where it is of no line of a file."""

    rule: str
    level: Level
    message: str
    migration: str | None = None
    path: str | None = None
    line: int = 0
    source: str = "pgproof"


class Clash(Protocol):
    """An object that two branches make different."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def ours(self) -> str | None:
        """The migration of this branch that touches it."""

    @property
    def theirs(self) -> str | None:
        """The migration that landed meanwhile, and touches it."""


class Order(Protocol):
    """Whether the migrations of this branch, and those that landed meanwhile, commute."""

    @property
    def commutes(self) -> bool:
        """Whether both orders give one schema."""

    @property
    def ours(self) -> Sequence[str]:
        """The migrations of this branch."""

    @property
    def theirs(self) -> Sequence[str]:
        """Those that landed meanwhile."""

    @property
    def clashes(self) -> Sequence[Clash]:
        """The objects that differ between the two orders."""


@dataclass(frozen=True)
class ReviewedFile:
    """A pending migration: its text, what is predicted, measured and proved, what it changes."""

    id: str
    path: str
    sha256: str
    rollback_sha256: str | None
    sql: str
    rollback: str | None
    planned: PlannedFile
    traced: TracedFile | None
    verified: Verified | None
    changes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Review:
    """All of it. `remarks` are those of no file in particular; `copied` says what was measured on.

    `sizes` are of relations in the database that was looked at, by their names with schemas.
    """

    record: Record
    budgets: Budgets
    files: tuple[ReviewedFile, ...]
    changes: tuple[Change, ...]
    diagram: Diagram
    remarks: tuple[Remark, ...]
    sizes: Mapping[str, Size]
    copied: str = ""
    order: Order | None = None
    seconds: float = 0.0
    unknown: tuple[str, ...] = field(default=())

    @property
    def all_remarks(self) -> tuple[Remark, ...]:
        """Those of all files, and then the others."""
        return (*(one for file in self.files for one in file.remarks), *self.remarks)

    @property
    def passes(self) -> bool:
        """Whether the verdict is yes."""
        return self.record.verdict == "yes"

    def of_level(self, level: Level) -> list[Remark]:
        """Return the remarks of one level."""
        return [one for one in self.all_remarks if one.level is level]


def document_of(order: Order) -> dict[str, Any]:
    """Return what is known of the order for JSON."""
    return {
        "commutes": order.commutes,
        "ours": list(order.ours),
        "theirs": list(order.theirs),
        "clashes": [
            {"kind": one.kind, "name": one.name, "ours": one.ours, "theirs": one.theirs}
            for one in order.clashes
        ],
    }
