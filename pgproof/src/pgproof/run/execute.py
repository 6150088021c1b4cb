"""Running one file: in a transaction with its ledger row, or by statement with a journal."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg import sql

from pgproof.connection import is_lost
from pgproof.errors import Exit, PgproofError
from pgproof.files.hashes import code_sha256
from pgproof.files.script import Script
from pgproof.files.statement import Kind, Statement
from pgproof.ledger import journal
from pgproof.ledger.state import Step
from pgproof.ledger.tables import Ledger
from pgproof.report import Reporter
from pgproof.run import resume
from pgproof.run.failure import LOCK_STATES, SqlFailureError
from pgproof.run.session import Session
from pgproof.run.settings import SettingsSoFar
from pgproof.run.watch import Watch

_LONGEST_PAUSE = 3.0
_IMMEDIATE = "set constraints all immediate;"
_LEDGER = "the ledger's tables"
_MANY = 200
_WINDOW = 100


@dataclass(frozen=True)
class FileRun:
    """A file to run, and the ledger row (given the seconds) that becomes true with it.

    `file` is what people are shown: a bare name, or for a repeatable file its path. A file that
    begins anew after an interruption has no journal.
    """

    id: str
    file: str
    script: Script
    direction: Literal["apply", "rollback"]
    row: Callable[[float], str]
    journal: tuple[Step, ...] | None = ()
    as_owner: bool = True
    record: str = ""
    """What else is written with the row, if the server lets it."""


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


def windows(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    """Yield statements one by one; those of a long file together, to save the round trips."""
    window: list[Statement] = []
    for statement in statements:
        if len(statements) < _MANY or statement.sql[:4].lower() == "copy":
            yield from filter(None, (window, [statement]))
            window = []
            continue
        window.append(statement)
        if len(window) == _WINDOW:
            yield window
            window = []
    if window:
        yield window


@dataclass(frozen=True)
class Executor:
    """Runs jobs on one session; `role` is taken for the statements and for the ledger's rows."""

    session: Session
    watch: Watch
    ledger: Ledger
    report: Reporter
    patience: Patience
    role: str | None = None

    def run(self, job: FileRun) -> None:
        """Run the job. Raises PgproofError naming file, line and statement."""
        started = time.monotonic()
        self.report(
            "file",
            file=job.file,
            id=job.id,
            direction=job.direction,
            statements=len(job.script.statements),
            transactional=job.script.header.transactional,
        )
        if job.script.header.transactional:
            self._insist(job.file, lambda: self._whole(job, started))
        else:
            self._stepwise(job, started)
        seconds = round(time.monotonic() - started, 3)
        self.report("file_done", file=job.file, id=job.id, seconds=seconds)

    def _whole(self, job: FileRun, started: float) -> None:
        self._forget(job)
        self.session.run(f"begin; {self._lock_timeout('set local')}")
        for window in windows(job.script.statements):
            if len(window) == 1:
                self._execute(job, window[0])
            else:
                self._execute_many(job, window)
        row = job.row(time.monotonic() - started)
        self._finish(job, None, row)

    def _forget(self, job: FileRun) -> None:
        """Begin with a session as the file finds it."""
        self.session.forget(self.role if job.as_owner else None)

    def _stepwise(self, job: FileRun, started: float) -> None:
        role = self.role if job.as_owner else None
        steps = {step.number: step for step in job.journal or ()}
        done = max((step.number for step in steps.values() if step.finished), default=0)
        settings = SettingsSoFar(job.script)
        for statement in job.script.statements:
            if statement.kind is Kind.DISCARD:
                settings.discard()
                continue
            is_setting = statement.kind is Kind.SETTING
            if statement.number > done:
                settings.restore(self.session, role)
                if is_setting:
                    self._execute(job, statement)
                else:
                    self._step(job, statement, steps.get(statement.number))
            if is_setting:
                settings.add(statement)
        self._forget(job)
        with self.session.explaining(job.script, None):
            self.write(job.row(time.monotonic() - started), job.record)

    def _step(self, job: FileRun, statement: Statement, step: Step | None) -> None:
        """Run one journalled statement until it is done, or fails for good."""
        entry = journal.Entry(job.id, job.direction, statement.number, code_sha256(statement.sql))

        def row(*, finished: bool = False, failure: str | None = None) -> str:
            if job.journal is None:
                return ""
            return journal.row(self.ledger, entry, finished=finished, failure=failure)

        finish = row(finished=True)

        def attempt() -> None:
            nonlocal step
            try:
                with self.session.explaining(job.script, statement):
                    action = resume.decide(self.session, job.script, statement, step, self.report)
                    if action is None:
                        self.write(finish)
                        self.report("resumed", **self._at(job, statement), outcome="already done")
                        return
                if statement.kind is Kind.ORDINARY:
                    self._together(job, statement, finish)
                else:
                    with self.session.explaining(job.script, statement):
                        self.write(row())
                    step = Step(statement.number, entry.code_sha256, finished=False, failure=None)
                    self._apart(job, statement, action, finish)
            except SqlFailureError as error:
                if not error.is_lost:
                    self.session.roll_back()
                    self._record_failure(row(failure=error.message), error)
                    step = Step(statement.number, entry.code_sha256, False, error.message)
                raise

        self._insist(job.file, attempt)

    def _record_failure(self, row: str, error: SqlFailureError) -> None:
        """Write why a statement failed. Raises PgproofError with that reason if it cannot be."""
        try:
            self.write(row)
        except PgproofError as blocked:
            raise PgproofError(
                f"{error.message}; this is not recorded: {blocked.message}",
                hint=error.hint,
                exit_code=error.exit_code,
            ) from error

    def _together(self, job: FileRun, statement: Statement, finish: str) -> None:
        """Run a statement and its row of the journal in one transaction."""
        self.session.run(f"begin; {self._lock_timeout('set local')}")
        self._execute(job, statement)
        self._finish(job, statement, finish)

    def _finish(self, job: FileRun, statement: Statement | None, row: str) -> None:
        """Write a row and commit it with what it tells of."""
        text = f"{_IMMEDIATE} {self._as_keeper()} {row}"
        self.watch.begin()
        if statement is None and job.record:
            self.session.execute(job.script, statement, text, self.watch.tick)
            with self.session.explaining(job.script, statement):
                self._record(job.record)
            text = ""
        self.session.execute(job.script, statement, f"{text}; commit", self.watch.tick)

    def _record(self, text: str) -> None:
        """Write what a run can end without, in the open transaction. Raises if it is lost."""
        try:
            self.session.run(f"savepoint record; {text}; release record", self.watch.tick)
        except psycopg.Error as error:
            if not self.session.is_alive or is_lost(error):
                raise
            self.session.run("rollback to record")
            self.report("unrecorded", reason=error.diag.message_primary)

    def _apart(self, job: FileRun, statement: Statement, action: str, finish: str) -> None:
        """Run a statement that takes no transaction block around it, then mark it."""
        concurrent = statement.kind is Kind.CONCURRENT
        self.session.run("set lock_timeout = 0" if concurrent else self._lock_timeout("set"))
        self._execute(job, statement, action)
        with self.session.explaining(job.script, statement):
            resume.verify(self.session, job.script, statement)
            self.write(finish)

    def _execute(self, job: FileRun, statement: Statement, action: str | None = None) -> None:
        self.report("statement", **self._at(job, statement), words=statement.first_words)
        self.watch.begin()
        started = time.monotonic()
        self.session.execute(job.script, statement, action or statement.sql, self.watch.tick)
        seconds = round(time.monotonic() - started, 3)
        self.report("statement_done", **self._at(job, statement), seconds=seconds)

    def _execute_many(self, job: FileRun, window: Sequence[Statement]) -> None:
        """Run statements without waiting for each; the one that fails is named all the same."""
        current = window[0]

        def begin(index: int) -> None:
            nonlocal current
            current = window[index]
            self.report("statement", **self._at(job, current), words=current.first_words)
            self.watch.begin()

        try:
            self.session.run_many([one.sql for one in window], begin, self.watch.tick)
            self.session.insist_on_utf8(job.script, current)
        except psycopg.Error:
            with self.session.explaining(job.script, current):
                raise

    def _insist(self, file: str, attempt: Callable[[], None]) -> None:
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

    def write(self, text: str, record: str = "") -> None:
        """Write to the ledger in a transaction of its own, and with it a record of objects.

        Raises psycopg.Error, and PgproofError (LOCKED) if a lock on its tables is not released.
        """

        def attempt() -> None:
            self.watch.begin()
            wait = self._lock_timeout("set local")
            begun = f"begin; {wait}; {self._as_keeper()} {text}"
            try:
                if record:
                    self.session.run(begun, self.watch.tick)
                    self._record(record)
                    begun = ""
                self.session.run(f"{begun}; commit", self.watch.tick)
            except psycopg.Error:
                self.session.roll_back()
                raise

        self._insist(_LEDGER, attempt)

    def _as_keeper(self) -> str:
        """Return what makes the session the ledger's writer, whatever the file made of it."""
        role = sql.Identifier(self.role).as_string() if self.role else "none"
        return (
            f"set local session authorization default; set local role {role};"
            " set local search_path = pg_catalog; set local row_security = off;"
        )

    def _lock_timeout(self, verb: str) -> str:
        return f"{verb} lock_timeout = {sql.Literal(self.patience.lock_timeout).as_string()}"

    @staticmethod
    def _at(job: FileRun, statement: Statement) -> dict[str, object]:
        total = len(job.script.statements)
        return {"number": statement.number, "total": total, "line": statement.line}


def _said(file: str, error: SqlFailureError | psycopg.Error) -> str:
    if isinstance(error, SqlFailureError):
        return error.message
    return f"{file}: {error.diag.message_primary} (SQLSTATE {error.sqlstate})"
