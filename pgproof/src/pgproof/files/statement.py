"""A statement, and what it asks of the transaction around it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """What a statement asks of the transaction around it."""

    ORDINARY = "ordinary"
    """Runs inside a transaction block."""

    CONCURRENT = "concurrent"
    """CONCURRENTLY: cannot run in a transaction block; its outcome is read in the catalogue."""

    CALL = "call"
    """A procedure, or a block of DO, which may commit halfway."""

    OUTSIDE = "outside"
    """Cannot run in a transaction block (VACUUM, CREATE DATABASE …)."""

    EITHER = "either"
    """May need to run outside a transaction block: the server decides (REINDEX TABLE …)."""

    DISCARD = "discard"
    """DISCARD ALL: cannot run in a transaction block; part of the session, as SETTING is."""

    SETTING = "setting"
    """SET, RESET and what else makes the session alone: run again when a file is resumed."""

    CONTROL = "control"
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT …: the runner's own business."""

    COPY_STDIN = "copy"
    """COPY FROM STDIN, which has no data to read in a migration."""


@dataclass(frozen=True)
class Statement:
    """One statement of a file: `number` and `line` count from 1.

    `path` is where the line is, if that is not the file that runs.
    """

    number: int
    line: int
    sql: str
    kind: Kind = Kind.ORDINARY
    path: Path | None = None

    @property
    def first_words(self) -> str:
        """The start of the statement on one line, at most 72 characters, and its file if `path`."""
        short = shortened(self.sql)
        return f"{short} of {self.path.name}" if self.path else short


def shortened(text: str) -> str:
    """Return the start of a statement on one line, at most 72 characters."""
    line = " ".join(text[:200].split())
    return line if len(line) <= 72 else f"{line[:71]}…"
