"""Running the tests against one mutant after the other, by several workers."""

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pgproof.errors import RefusedError
from pgproof.mutate import touches
from pgproof.mutate.copies import Copy, copy
from pgproof.mutate.journal import Journal
from pgproof.mutate.records import Mutant, Outcome, State
from pgproof.mutate.suite import TestFile
from pgproof.mutate.tap import Verdict
from pgproof.scratch.databases import Databases

_LIMIT = 600.0
"""Seconds that a test file may take where no mutant is."""
_PATIENCE, _FACTOR = 10.0, 10.0
"""Seconds, and times its own time, that a test file may take against a mutant."""
_ROUNDS = 3
"""How often mutants are run whose killer fails without any by then."""


@dataclass
class Hunt:
    """What the workers share."""

    made: Databases
    base: str
    after: str
    suite: tuple[TestFile, ...]
    journal: Journal
    schema: str
    excused: frozenset[str]
    touching_only: bool
    readers: tuple[frozenset[int], frozenset[str]]
    found: Callable[[Outcome], None]
    ranking: touches.Ranking = field(default_factory=touches.Ranking)
    outcomes: list[Outcome] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _files: dict[str, threading.Lock] = field(default_factory=dict)
    _passed: set[str] = field(default_factory=set)
    _kills: dict[str, dict[str, list[Outcome]]] = field(default_factory=dict)
    _doubtful: list[Mutant] = field(default_factory=list)
    _unsteady: dict[str, str] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _faults: list[BaseException] = field(default_factory=list)

    def measure(self, jobs: int) -> None:
        """Run every test file without a mutant. Raises RefusedError if one fails."""
        self._work(self.suite, jobs, self._baseline)

    def run(self, mutants: Sequence[Mutant], jobs: int) -> None:
        """Run the tests against every mutant. Raises RefusedError if one fails without any.

        Rolled back is not undone: sequences and counters go on, and dead rows stay. A file that has
        killed is run again at the end without any mutant; if it fails then, what it has killed is
        run again, in fresh copies.
        """
        for _ in range(_ROUNDS):
            self._work(mutants, jobs, self._against, self._confirm)
            mutants, self._doubtful = self._doubtful, []
            if not mutants:
                return
        name, said = next(iter(self._unsteady.items()))
        raise RefusedError(
            f"{name} fails without any mutant after other tests were run: {said}",
            hint="Let it not depend on what a transaction that was rolled back leaves behind.",
        )

    def _work(
        self,
        tasks: Sequence[object],
        jobs: int,
        act: Callable[[Copy, object], None],
        end: Callable[[Copy], None] = lambda _own: None,
    ) -> None:
        """Do the tasks in order, several at a time, and `end` each copy. Raises the first fault."""
        waiting: queue.SimpleQueue[object] = queue.SimpleQueue()
        for task in tasks:
            waiting.put(task)

        def work(own: Copy) -> None:
            try:
                while not self._stop.is_set():
                    try:
                        task = waiting.get_nowait()
                    except queue.Empty:
                        return end(own)
                    act(own, task)
            except BaseException as error:
                self._faults.append(error)
                self._stop.set()

        with ExitStack() as stack:
            several = [
                stack.enter_context(copy(self.made, self.base, self.after, self._lock))
                for _ in range(max(1, min(jobs, len(tasks))))
            ]
            threads = [threading.Thread(target=work, args=(own,)) for own in several]
            try:
                for one in threads:
                    one.start()
                for one in threads:
                    one.join()
            finally:
                self._stop.set()
                for one in threads:
                    one.join()
        self._stop.clear()
        if self._faults:
            raise self._faults[0]

    def _baseline(self, own: Copy, task: object) -> None:
        """Run a file once without a mutant, in whichever copy comes first."""
        file = task
        if not isinstance(file, TestFile):
            raise TypeError
        with self._lock:
            lock = self._files.setdefault(file.name, threading.Lock())
        with lock:
            if file.name in self._passed:
                return
            key = sha256(f"{self.schema}\0{file.name}\0{file.text}".encode()).hexdigest()
            known = self.journal.measured.get(key)
            if known is None:
                known = self._measured(own, file, key)
            self.ranking.seconds[file.name] = known["took"]
            if known["touched"] is not None:
                self.ranking.touched[file.name] = frozenset(known["touched"])
            self._passed.add(file.name)

    def _measured(self, own: Copy, file: TestFile, key: str) -> dict[str, Any]:
        verdict = own.baseline(file, _LIMIT)
        if not verdict.passed:
            raise RefusedError(
                f"{file.name} fails without any mutant: {verdict.said}",
                hint="Let pg_prove pass first; a test that always fails proves nothing.",
            )
        touched = touches.read(verdict.notes) if file.is_enclosed else None
        self.journal.add_measured(key, verdict.seconds, touched)
        return {"took": verdict.seconds, "touched": touched}

    def _against(self, own: Copy, task: object) -> None:
        mutant = task
        if not isinstance(mutant, Mutant):
            raise TypeError
        outcome = self._outcome(own, mutant)
        if outcome is None:
            return
        self.journal.add(mutant.key, outcome.state, outcome.killer, outcome.said, outcome.files)
        with self._lock:
            self.outcomes.append(outcome)
            if outcome.killer:
                kills = self._kills.setdefault(own.conninfo, defaultdict(list))
                kills[outcome.killer].append(outcome)
            self.found(outcome)

    def _confirm(self, own: Copy) -> None:
        """Run what has killed in a copy without any mutant, and doubt the kills of what fails."""
        kills = self._kills.pop(own.conninfo, {})
        for file in self.suite:
            if self._stop.is_set():
                return
            if file.name not in kills or not file.is_enclosed:
                continue
            verdict = own.baseline(file, _LIMIT)
            if verdict.passed:
                continue
            with self._lock:
                self._unsteady[file.name] = verdict.said
                for one in kills[file.name]:
                    self.journal.forget(one.mutant.key)
                    self.outcomes.remove(one)
                    self._doubtful.append(one.mutant)

    def _outcome(self, own: Copy, mutant: Mutant) -> Outcome | None:
        refusal = own.refuses(mutant)
        if refusal:
            return Outcome(mutant, State.STILLBORN, said=refusal)
        touching, others = self.ranking.order(mutant, self.suite)
        hint = self.journal.hints.get(mutant.key)
        touching.sort(key=lambda one: one.name != hint)
        is_excused = mutant.id in self.excused
        if is_excused:
            touching = [one for one in touching if self.ranking.concerns(mutant, one)]
        rest = [] if is_excused or self.touching_only else others
        for number, file in enumerate((*touching, *rest), start=1):
            if self._stop.is_set():
                return None
            self._baseline(own, file)
            verdict = self._verdict(own, mutant, file)
            if self._stop.is_set():
                return None
            if not verdict.passed:
                self.ranking.killed(mutant, file.name)
                return Outcome(mutant, State.KILLED, file.name, verdict.said, number)
        state = State.EXCUSED if is_excused else State.SURVIVED
        return Outcome(mutant, state, files=len(touching) + len(rest))

    def _verdict(self, own: Copy, mutant: Mutant, file: TestFile) -> Verdict:
        limit = _PATIENCE + _FACTOR * self.ranking.seconds[file.name]
        objects, names = self.readers
        touched = self.ranking.touched.get(file.name)
        reads = touched is None or touched & objects or names & file.words
        return own.run(mutant, file, limit, with_after=bool(reads))
