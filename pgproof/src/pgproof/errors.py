"""Exit codes, and the one exception that carries a message, a hint and an exit code to the user."""

from collections.abc import Iterable
from enum import IntEnum

AGAIN = "Run the same command again; it goes on where this one stopped."
"""The hint after whatever ended a run on the way."""


class Exit(IntEnum):
    """What the process's exit code tells a script. Listed in docs/exit-codes.md."""

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
    LOST = 20
    DRIFTED = 21
    UNVERIFIED = 22
    DISAPPROVED = 23
    UNREVIEWED = 24
    INCOMPATIBLE = 25
    UNCOVERED = 26
    SURVIVED = 27
    CLASHING = 28
    INTERRUPTED = 130
    TERMINATED = 143


SIGNALLED = (Exit.INTERRUPTED, Exit.TERMINATED)
"""What ends a process that was asked to stop."""


class PgproofError(Exception):
    """A failure the user can act on: one line of message, one of hint, one exit code.

    A program that adds commands of its own may add exit codes of its own, from 11 to 19.
    """

    exit_code: IntEnum = Exit.FAILED

    def __init__(self, message: str, *, hint: str | None = None, exit_code: IntEnum | None = None):
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class InputError(PgproofError):
    """A file given by the user cannot be used; the message names file, line and column."""

    exit_code = Exit.INPUT


class ConnectionFailedError(PgproofError):
    """No server, wrong password, or no such database."""

    exit_code = Exit.CONNECTION


class RefusedError(PgproofError):
    """A check failed before anything was touched."""

    exit_code = Exit.REFUSED


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, if there is one."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, n=1, cutoff=0.75)), None)
