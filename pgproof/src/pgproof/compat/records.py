"""What is found of each statement: what breaks it, and what may."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pgproof.errors import Exit

FAILS = "fails"
COLUMNS = "columns"
PARAMETERS = "parameters"
VALUES = "values"
INDEX = "index"
SLOWER = "slower"
ROWS = "rows"
GUARD = "guard"
NOTES = frozenset((GUARD,))
"""The kinds that break nothing by themselves: what they do depends on the values that come."""
OF_CALLERS = frozenset((COLUMNS, PARAMETERS, ROWS, GUARD))
"""What concerns who sends a statement, and not the body of a function that holds one."""

UP = "migration"
DOWN = "rollback"
AFTER = "after"


@dataclass(frozen=True)
class Mismatch:
    """What a migration, its rollback or the files of `after` change for a statement.

    `kind` is one of the names above; `where` is a function's body that the statement calls, or
    None.
    """

    migration: str
    step: str
    statement: str
    place: str
    sql: str
    kind: str
    message: str
    sqlstate: str | None = None
    where: str | None = None

    @property
    def is_break(self) -> bool:
        """Whether the application meets it whatever it sends."""
        return self.kind not in NOTES


@dataclass(frozen=True)
class Needed:
    """A statement of the new application, and the first migration with which it works.

    `refusal` is why it does not work in the end; None if it does.
    """

    statement: str
    place: str
    migration: str | None
    refusal: str | None


@dataclass(frozen=True)
class Compatibility:
    """All that was found. `unchecked` are statements that did not work before any migration.

    `stopped` says why the migrations after the last of `migrations` were not checked.
    """

    version: str
    copied: str
    statistics: str
    statements: int
    checked: int
    migrations: tuple[str, ...]
    stopped: str | None
    found: tuple[Mismatch, ...]
    needed: tuple[Needed, ...]
    unchecked: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    seconds: float

    @property
    def breaks(self) -> list[Mismatch]:
        """What the application meets whatever it sends."""
        return [one for one in self.found if one.is_break]

    @property
    def exit_code(self) -> Exit:
        """INCOMPATIBLE if something breaks, was not reached, or does not work in the end."""
        fails = self.breaks or self.stopped or any(one.refusal for one in self.needed)
        return Exit.INCOMPATIBLE if fails else Exit.OK

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "version": self.version,
            "copied": self.copied,
            "statistics": self.statistics,
            "statements": self.statements,
            "checked": self.checked,
            "migrations": list(self.migrations),
            "stopped": self.stopped,
            "breaks": _dicts(self.breaks),
            "notes": _dicts([one for one in self.found if not one.is_break]),
            "new_statements": [asdict(one) for one in self.needed],
            "unchecked": [{"statement": name, "reason": why} for name, why in self.unchecked],
            "remarks": list(self.notes),
            "seconds": self.seconds,
        }


def _dicts(found: Sequence[Mismatch]) -> list[dict[str, Any]]:
    return [asdict(one) for one in found]
