"""Exit codes, and the one exception that carries a message, a hint and an exit code to the user."""

from enum import IntEnum


class Exit(IntEnum):
    """What the process's exit code tells a script. Listed in docs/reference/exit-codes.md."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INPUT = 3
    CONNECTION = 4
    REFUSED = 5
    MIGRATION = 6
    LOCKED = 7
    PARTIAL = 8
    PENDING = 9
    CHANGED = 10
    UNSOUND = 11
    INTERRUPTED = 130
    TERMINATED = 143


class ToolingError(Exception):
    """A failure the user can act on: one line of message, one of hint, one exit code."""

    exit_code: Exit = Exit.FAILED

    def __init__(self, message: str, *, hint: str | None = None, exit_code: Exit | None = None):
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class InputError(ToolingError):
    """A file given by the user cannot be used; the message names file, line and column."""

    exit_code = Exit.INPUT


class ConnectionFailedError(ToolingError):
    """No server, wrong password, or no such database."""

    exit_code = Exit.CONNECTION


class RefusedError(ToolingError):
    """A check failed before anything was touched."""

    exit_code = Exit.REFUSED


class NoLesserRoleError(RefusedError):
    """A superuser would have to run code of the database's owner, and could be nobody else."""
