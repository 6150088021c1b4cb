"""Writing to the ledger, and trying again what a lock was in the way of."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgproof.connection import is_lost
from pgproof.errors import Exit, PgproofError
from pgproof.ledger import recording
from pgproof.ledger.recording import Record
from pgproof.ledger.tables import Ledger
from pgproof.report import Reporter
from pgproof.run.failure import LOCK_STATES, SqlFailureError
from pgproof.run.session import Session
from pgproof.run.watch import Watch

_LONGEST_PAUSE = 3.0
_LEDGER = "the ledger's tables"


@dataclass(frozen=True)
class Patience:
    """How long a statement waits in a lock queue, and how often the work is tried again."""

    lock_timeout: str = "500ms"
    attempts: int = 30
    first_pause: float = 0.5

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait after a failed attempt: doubled each time, with jitter."""
        longest: float = min(_LONGEST_PAUSE, self.first_pause * 2 ** (attempt - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311


@dataclass(frozen=True)
class LedgerWriter:
    """Writes to a ledger on one session; `role` is taken for the ledger's rows."""

    session: Session
    watch: Watch
    ledger: Ledger
    report: Reporter
    patience: Patience
    role: str | None = None

    def insist(self, file: str, attempt: Callable[[], None]) -> None:
        """Try again when a lock was in the way, with pauses. Raises PgproofError (LOCKED)."""
        for number in range(1, self.patience.attempts + 1):
            try:
                return attempt()
            except (SqlFailureError, psycopg.Error) as error:
                if error.sqlstate not in LOCK_STATES or not self.session.is_alive:
                    raise
                self.session.roll_back()
                blockers = f"blocked by {self.watch.blockers or 'a lock gone by now'}"
                if number == self.patience.attempts:
                    raise PgproofError(
                        f"{_said(file, error)}; gave up after {number} attempts; {blockers}",
                        hint="End or wait for the blocker, then run the same command again.",
                        exit_code=Exit.LOCKED,
                    ) from error
                pause = self.patience.pause(number)
                self.report(
                    "retry",
                    file=file,
                    attempt=number,
                    attempts=self.patience.attempts,
                    reason=error.sqlstate,
                    blockers=blockers,
                    pause=round(pause, 1),
                )
                time.sleep(pause)
        raise AssertionError

    def write(self, text: str, record: Record | None = None) -> None:
        """Write to the ledger in a transaction of its own, and with it a record of objects.

        Raises psycopg.Error, and PgproofError (LOCKED) if a lock on its tables is not released.
        """

        def attempt() -> None:
            self.watch.begin()
            wait = self.lock_timeout("set local")
            begun = f"begin; {wait}; {self.as_writer()} {text}"
            try:
                if record:
                    self.session.run(begun, self.watch.tick)
                    self.record(record)
                    begun = ""
                self.session.run(f"{begun}; commit", self.watch.tick)
            except psycopg.Error:
                self.session.roll_back()
                raise

        self.insist(_LEDGER, attempt)

    def record(self, record: Record) -> None:
        """Write what a run can end without, in the open transaction. Raises if it is lost."""
        try:
            self.session.run(f"savepoint record; {recording.SETTINGS}")
            text = record(self.session.connection)
            self.session.run(f"{text}; release record", self.watch.tick)
        except psycopg.Error as error:
            if not self.session.is_alive or is_lost(error):
                raise
            self.session.run("rollback to record")
            self.report("unrecorded", reason=error.diag.message_primary)

    def as_writer(self) -> str:
        """Return what makes the session the ledger's writer, whatever the file made of it."""
        role = sql.Identifier(self.role).as_string() if self.role else "none"
        return (
            f"set local session authorization default; set local role {role};"
            " set local search_path = pg_catalog; set local row_security = off;"
        )

    def lock_timeout(self, verb: str) -> str:
        """Return the SET that limits the waits for locks; `verb` is `set` or `set local`."""
        return f"{verb} lock_timeout = {sql.Literal(self.patience.lock_timeout).as_string()}"


def _said(file: str, error: SqlFailureError | psycopg.Error) -> str:
    if isinstance(error, SqlFailureError):
        return error.message
    return f"{file}: {error.diag.message_primary} (SQLSTATE {error.sqlstate})"
