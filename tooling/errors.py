"""Exit codes and errors: the runner's, and an exit code of the product's own."""

from enum import IntEnum

from pgproof.errors import ConnectionFailedError, Exit, InputError, RefusedError
from pgproof.errors import PgproofError as ToolingError

__all__ = [
    "ConnectionFailedError",
    "Exit",
    "InputError",
    "OwnExit",
    "RefusedError",
    "ToolingError",
]


class OwnExit(IntEnum):
    """Exit codes beside the runner's. Listed with them in docs/reference/exit-codes.md."""

    UNSOUND = 11


class NoLesserRoleError(RefusedError):
    """A superuser would have to run code of the database's owner, and could be nobody else."""
