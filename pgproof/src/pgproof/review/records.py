"""What a review has of each pending migration, and of all of them together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pgproof.ahead.plan import PlannedFile
from pgproof.ahead.sizes import Size
from pgproof.order.records import Order
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
