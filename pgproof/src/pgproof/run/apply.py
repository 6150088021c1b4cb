"""Applying what is pending, under the lock: the order from the first file to the last."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pgproof.errors import RefusedError
from pgproof.files.problem import Problem, collecting, refuse
from pgproof.files.script import Migration, Script
from pgproof.ledger import compare, journal, marks
from pgproof.ledger.reader import Reader
from pgproof.run import covered, repeatable
from pgproof.run.held import Locked
from pgproof.run.job import FileRun
from pgproof.run.options import Options, Result
from pgproof.run.recorder import Recorder
from pgproof.run.repeatable import Repeatable, repeatables


def pending(reader: Reader, options: Options) -> compare.Work:
    """Return the work that is safe to begin. Raises RefusedError with all that is not."""
    work = compare.compare(
        reader.folder, reader.known.state, allow_out_of_order=options.allow_out_of_order
    )
    problems: list[Problem] = []
    with collecting(problems):
        compare.check(reader.folder, reader.known.state, work, reader.settings.program)
    refuse(problems + repeatable.problems(reader.settings, reader.folder))
    return work


@contextmanager
def _hashed_meanwhile(scripts: list[Script]) -> Iterator[None]:
    """Hash the code of files in a thread, while the server has the statements to run."""
    stopped = threading.Event()

    def hash_all() -> None:
        for script in scripts:
            if stopped.is_set():
                return
            _ = script.code_sha256

    thread = threading.Thread(target=hash_all)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


class Run:
    """One run under the lock."""

    def __init__(self, held: Locked):
        self.held = held
        self.reader = held.reader
        self.ledger = held.reader.ledger
        self.result = Result(already=len(self.reader.known.state.applied))
        self._note: str | None = None

    def everything(self) -> Result:
        """Apply all that is due, in order. Raises like `migrate`."""
        reader, state = self.reader, self.reader.known.state
        work = pending(reader, self.held.options)
        self._note = covered.note(reader, work, self.held.options)
        before, after = repeatables(reader.settings, reader.folder)
        rows, server = self._adopted(work), reader.server
        if not server.has_ledger:
            self.ledger.create(
                reader.connection, server.owner, owner_may=server.owner_may_create, rows=rows
            )
        missing_owner = bool(reader.settings.owner) and server.owner is None
        if not missing_owner:
            self.held.take_role()
        if server.has_ledger and rows:
            self._write(rows)
        if self.held.options.resume:
            self._resume(work, *self.held.options.resume)
            state = reader.known.state
        first = [one for one in before if missing_owner or one.is_due(state)]
        last = [one for one in after if one.is_due(state)]
        count = len(first) + len(work.pending) + len(last)
        with Recorder(self.held, count) as recorder:
            self._run(recorder, first, work, last, missing_owner)
        return self.result

    def _run(
        self,
        recorder: Recorder,
        first: list[Repeatable],
        work: compare.Work,
        last: list[Repeatable],
        missing_owner: bool,
    ) -> None:
        state = self.reader.known.state
        for one in first:
            self._repeat(one, recorder, as_owner=False)
        if missing_owner:
            self.held.take_role()
        for migration in work.commented:
            self._write(marks.rehash(self.ledger, migration))
            ends = migration.script.differs_by_line_ends(state.applied[migration.id].raw_sha256)
            what = "its line ends" if ends else "a comment"
            self.held.report("rehashed", file=migration.path.name, what=what)
            self.result.commented.append(migration.id)
        with _hashed_meanwhile([migration.script for migration in work.pending]):
            for migration in work.pending:
                self._apply(migration, recorder, out_of_order=migration.id in work.out_of_order)
        for one in last:
            self._repeat(one, recorder)

    def _adopted(self, work: compare.Work) -> str:
        """Return the statements that take over what yoyo has applied."""
        if not work.unhashed:
            return ""
        from pgproof.ledger import adopt

        source = self.reader.known.source or self.ledger.schema
        self.held.report("adopted", count=len(work.unhashed), schema=source)
        self.result.adopted += [migration.id for migration in work.unhashed]
        return adopt.copy(self.ledger, source) + adopt.hashes(self.ledger, work.unhashed)

    def _resume(self, work: compare.Work, name: str, number: int) -> None:
        """Move the journal of a partly applied file to where the user says it stands."""
        migration = next((one for one in work.pending if one.id == name), None)
        if migration is None or (name, "apply") not in self.reader.known.state.journal:
            raise RefusedError(
                f"{name!r} is not partly applied",
                hint=f"`{self.reader.settings.program} status` shows which files are.",
            )
        if number > len(migration.script.statements) + 1:
            raise RefusedError(
                f"{migration.path}: has no statement {number}",
                hint=f"Its last one is {len(migration.script.statements)}.",
            )
        self.held.executor.write(journal.resume_at(self.ledger, migration, number))
        self.reader.refresh()

    def _apply(self, migration: Migration, recorder: Recorder, *, out_of_order: bool) -> None:
        self.held.mutex.check()
        script = migration.script

        def row(seconds: float) -> str:
            return marks.mark(
                self.ledger,
                migration,
                out_of_order=out_of_order,
                seconds=seconds,
                comment=self._note,
            )

        journal = self.reader.known.state.journal.get((migration.id, "apply"), ())
        record = recorder.of(migration.id, is_apart=not script.header.transactional)
        name = migration.path.name
        job = FileRun(migration.id, name, script, "apply", row, journal, record=record)
        self.held.executor.run(job)
        self.result.applied.append(migration.id)

    def _repeat(self, one: Repeatable, recorder: Recorder, *, as_owner: bool = True) -> None:
        self.held.mutex.check()

        def row(_seconds: float) -> str:
            raw = one.script.raw_sha256
            return marks.repeated(self.ledger, one.name, raw, one.after, comment=self._note)

        script = one.script
        record = recorder.of(one.name, is_apart=not script.header.transactional)
        job = FileRun(
            one.name, one.name, script, "apply", row, None, as_owner=as_owner, record=record
        )
        self.held.executor.run(job)
        self.result.repeated.append(one.name)

    def _write(self, text: str) -> None:
        self.held.executor.write(text)
