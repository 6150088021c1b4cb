"""What an import found and did, for people and for programs."""

from dataclasses import asdict, dataclass
from typing import Any

from tooling.errors import Exit

_NAMES = {
    "file_name": "file",
    "is_complete": "complete",
    "is_kept": "kept",
    "is_dry_run": "dry_run",
    "is_recorded": "recorded",
}
"""What `--json` calls fields of a report."""
_SHOWN = 20
"""The most changes and findings that a report lists."""


@dataclass(frozen=True)
class Change:
    """A printed value that differs from the catalog's; `was` or `now` is None where absent."""

    name: str
    units: str | None
    symbol: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        """Return the change in a line."""
        units = f" ({self.units})" if self.units else ""
        return f"{self.name} {self.symbol}{units}: {self.was} -> {self.now}"


@dataclass(frozen=True)
class Discrepancy:
    """A cross-check that failed: where, and what was expected. Rejected rows are left out."""

    name: str
    sheet: str
    row: int
    column: str | None
    message: str
    is_rejected: bool

    def __str__(self) -> str:
        """Return the finding in a line."""
        verdict = "left out" if self.is_rejected else "kept"
        column = f", column {self.column}" if self.column else ""
        return f"{self.sheet}, row {self.row}{column}: {self.message}; {verdict}"


@dataclass(frozen=True)
class Report:
    """The outcome of one file. `read` = inserted + changed + unchanged + rejected.

    `completed` of the unchanged rows gained values that the catalog lacked. `is_kept` says whether
    the changed rows replaced the catalog's. `is_recorded` is False when nothing was written.
    """

    file_name: str
    sha256: str
    sheets: tuple[str, ...]
    read: int
    inserted: int
    changed: int
    unchanged: int
    rejected: int = 0
    edition: str | None = None
    grade: str | None = None
    completed: int = 0
    is_complete: bool = True
    is_kept: bool = True
    is_dry_run: bool = False
    is_recorded: bool = False
    changes: tuple[Change, ...] = ()
    findings: tuple[Discrepancy, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """CHANGED when values were held back, else PARTIAL when rows were left out, else OK."""
        if self.changed and not self.is_kept:
            return Exit.CHANGED
        return Exit.PARTIAL if self.rejected else Exit.OK

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {_NAMES.get(name, name): value for name, value in asdict(self).items()}

    def lines(self) -> list[str]:
        """Return the report in sentences."""
        verb = "would be " if self.is_dry_run else ""
        title = " ".join(filter(None, (self.file_name, self.edition, self.grade)))
        head = (
            f"{title}: {self.read} read, {self.inserted} {verb}inserted, {self.changed} changed, "
            f"{self.unchanged} unchanged, {self.rejected} rejected"
        )
        if self.completed:
            head += f"; {self.completed} of the unchanged {verb or 'were '}completed"
        lines = [head, *(f"note: {note}" for note in self.notes)]
        if self.changed:
            verdict = (
                f"{verb}replaced" if self.is_kept else "not replaced; --keep-changes replaces them"
            )
            lines.append(f"changed values ({verdict}):")
            lines += _first(self.changes)
        if self.findings:
            lines.append("cross-checks that failed:")
            lines += _first(self.findings)
        return lines


def _first(items: tuple[Any, ...]) -> list[str]:
    shown = [f"  {item}" for item in items[:_SHOWN]]
    more = len(items) - _SHOWN
    return [*shown, f"  and {more} more; --json lists all"] if more > 0 else shown
