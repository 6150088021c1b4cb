"""What verifying found of each migration."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pgproof.errors import Exit


@dataclass(frozen=True)
class Loss:
    """Values of a column, or rows of a table if `column` is None, that are there no more.

    `count` is None where a table is too large to tell how many.
    """

    table: str
    column: str | None
    count: int | None

    def __str__(self) -> str:
        """Say it in words."""
        many = "some" if self.count is None else f"{self.count:,}"
        if self.column is None:
            return f"{many} rows of {self.table}"
        return f"{many} values of {self.table}.{self.column}"


@dataclass(frozen=True)
class HeldLock:
    """The strongest lock on a relation that was there before, when a statement had ended."""

    number: int
    line: int
    relation: str
    kind: str
    mode: str


@dataclass(frozen=True)
class Problem:
    """What a migration is at fault for, in words, and the objects or rows that show it."""

    message: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """One migration. `irreversible` is the reason for which it has no rollback file.

    `loses` is what its rollback deletes, `not_restored` what was there before the migration and is
    not after its rollback; `locks` are the rollback's own.
    """

    id: str
    irreversible: str | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    loses: tuple[Loss, ...] = ()
    not_restored: tuple[Loss, ...] = ()
    locks: tuple[HeldLock, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Verification:
    """All that were verified, and those that were not, since one before them failed."""

    version: str
    migrations: tuple[Verified, ...]
    left: tuple[str, ...]
    unfilled: Mapping[str, str]
    seconds: float

    @property
    def exit_code(self) -> Exit:
        """UNVERIFIED if one has a problem, or was not reached."""
        failed = self.left or any(one.problems for one in self.migrations)
        return Exit.UNVERIFIED if failed else Exit.OK

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "version": self.version,
            "migrations": [asdict(one) for one in self.migrations],
            "not_verified": list(self.left),
            "not_filled": dict(self.unfilled),
            "seconds": self.seconds,
        }
