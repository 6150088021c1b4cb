"""Exit codes and errors: the runner's, and the product's own."""

from enum import IntEnum

from pgproof.errors import ConnectionFailedError, InputError, RefusedError
from pgproof.errors import Exit as RunnerExit
from pgproof.errors import PgproofError as ToolingError

__all__ = [
    "ConnectionFailedError",
    "Exit",
    "InputError",
    "RefusedError",
    "ToolingError",
]


class Exit(IntEnum):
    """The runner's exit codes, and from 11 on the product's. Listed in reference/exit-codes.md."""

    OK = RunnerExit.OK
    FAILED = RunnerExit.FAILED
    USAGE = RunnerExit.USAGE
    INPUT = RunnerExit.INPUT
    CONNECTION = RunnerExit.CONNECTION
    REFUSED = RunnerExit.REFUSED
    MIGRATION = RunnerExit.MIGRATION
    LOCKED = RunnerExit.LOCKED
    PARTIAL = RunnerExit.PARTIAL
    PENDING = RunnerExit.PENDING
    CHANGED = RunnerExit.CHANGED
    LOST = RunnerExit.LOST
    DRIFTED = RunnerExit.DRIFTED
    UNVERIFIED = RunnerExit.UNVERIFIED
    DISAPPROVED = RunnerExit.DISAPPROVED
    UNREVIEWED = RunnerExit.UNREVIEWED
    INCOMPATIBLE = RunnerExit.INCOMPATIBLE
    UNCOVERED = RunnerExit.UNCOVERED
    SURVIVED = RunnerExit.SURVIVED
    CLASHING = RunnerExit.CLASHING
    INTERRUPTED = RunnerExit.INTERRUPTED
    TERMINATED = RunnerExit.TERMINATED
    UNSOUND = 11
    TAMPERED = 12
    DAMAGED = 13
    UNPROVEN = 14


class NoLesserRoleError(RefusedError):
    """A superuser would have to run code of the database's owner, and could be nobody else."""
