"""Running one file: in a transaction with its ledger row, or by statement with a journal."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from pgproof.errors import PgproofError
from pgproof.files.hashes import code_sha256
from pgproof.files.statement import Kind, Statement
from pgproof.ledger import journal
from pgproof.ledger.state import Step
from pgproof.run import resume
from pgproof.run.failure import SqlFailureError
from pgproof.run.job import FileRun, windows
from pgproof.run.settings import SettingsSoFar
from pgproof.run.writer import LedgerWriter

_IMMEDIATE = "set constraints all immediate;"


@dataclass(frozen=True)
class Executor(LedgerWriter):
    """Runs jobs on one session; `role` is taken for the statements, too."""

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
            self.insist(job.file, lambda: self._whole(job, started))
        else:
            self._stepwise(job, started)
        seconds = round(time.monotonic() - started, 3)
        self.report("file_done", file=job.file, id=job.id, seconds=seconds)

    def _whole(self, job: FileRun, started: float) -> None:
        self._forget(job)
        self.session.run(f"begin; {self.lock_timeout('set local')}")
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

        self.insist(job.file, attempt)

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
        self.session.run(f"begin; {self.lock_timeout('set local')}")
        self._execute(job, statement)
        self._finish(job, statement, finish)

    def _finish(self, job: FileRun, statement: Statement | None, row: str) -> None:
        """Write a row and commit it with what it tells of."""
        text = f"{_IMMEDIATE} {self.as_writer()} {row}"
        self.watch.begin()
        if statement is None and job.record:
            self.session.execute(job.script, statement, text, self.watch.tick)
            with self.session.explaining(job.script, statement):
                self.record(job.record)
            text = ""
        self.session.execute(job.script, statement, f"{text}; commit", self.watch.tick)

    def _apart(self, job: FileRun, statement: Statement, action: str, finish: str) -> None:
        """Run a statement that takes no transaction block around it, then mark it."""
        concurrent = statement.kind is Kind.CONCURRENT
        self.session.run("set lock_timeout = 0" if concurrent else self.lock_timeout("set"))
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

    @staticmethod
    def _at(job: FileRun, statement: Statement) -> dict[str, object]:
        total = len(job.script.statements)
        return {"number": statement.number, "total": total, "line": statement.line}
