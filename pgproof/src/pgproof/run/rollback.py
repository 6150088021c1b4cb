"""Undoing applied migrations by their rollback files: asked for, never automatic."""

import time
from dataclasses import replace

from pgproof.errors import Exit, RefusedError
from pgproof.files import restores
from pgproof.files.checks import checked, empty_problems
from pgproof.files.folder import read
from pgproof.files.problem import Problem, collecting, refuse
from pgproof.files.restores import Undo
from pgproof.files.script import Migration, Script, load
from pgproof.ledger import compare, marks
from pgproof.ledger.reader import Reader, reading
from pgproof.report import Reporter, silent
from pgproof.run.held import locked, refuse_settings
from pgproof.run.interrupt import interruptible
from pgproof.run.job import FileRun
from pgproof.run.options import Options, Result
from pgproof.run.recorder import Recorder
from pgproof.settings import Settings

_INSTEAD = "Write a new migration that makes the schema as it should be, or restore a backup."


def rollback(
    conninfo: str,
    settings: Settings,
    reporter: Reporter = silent,
    options: Options | None = None,
    *,
    to: str | None = None,
    dry_run: bool = False,
) -> Result:
    """Undo the migration applied last, or with `to` all applied after that one, the last first.

    Each rollback file and the removal of its ledger row are one transaction. With `dry_run`,
    returns what would be undone and writes nothing. Raises RefusedError before anything is
    touched if a rollback file is missing, empty or faulty.
    """
    started = time.monotonic()
    options = options or Options()
    folder = read(settings.migrations, settings.program)
    with interruptible(), reading(conninfo, settings, folder) as reader:
        result = Result(already=len(reader.known.state.applied))
        if dry_run:
            refuse_settings(reader, options)
            for migration, undo in _chosen(reader, to):
                _count(result, migration, undo)
            return result
        with locked(reader, reporter, options) as held:
            chosen = _chosen(reader, to)
            held.take_role()
            with Recorder(held, len(chosen)) as recorder:
                for migration, undo in chosen:
                    held.mutex.check()
                    record = recorder.of(f"{migration.id}.rollback", is_apart=False)
                    held.executor.run(replace(_job(reader, migration, undo), record=record))
                    _count(result, migration, undo)
    result.seconds = round(time.monotonic() - started, 3)
    return result


def _job(reader: Reader, migration: Migration, undo: Script) -> FileRun:
    row = marks.unmark(reader.ledger, migration.id)
    steps = reader.known.state.journal.get((migration.id, "rollback"), ())
    return FileRun(migration.id, undo.path.name, undo, "rollback", lambda _seconds: row, steps)


def _chosen(reader: Reader, to: str | None) -> list[tuple[Migration, Undo]]:
    """Return what to undo, the last applied first, or raise RefusedError."""
    if reader.known.source is not None:
        raise RefusedError(
            "this database was migrated by yoyo and is not adopted yet",
            hint=f"Run `{reader.settings.program} migrate` once; it fills the ledger in.",
        )
    state = reader.known.state
    work = compare.compare(reader.folder, state, allow_out_of_order=True)
    refuse([problem for problem in work.problems if problem.kind == "missing"])
    applied = sorted(
        (migration for migration in work.ordered if migration.id in state.applied),
        key=lambda migration: state.applied[migration.id].place,
    )
    if to is not None and to not in {migration.id for migration in applied}:
        raise RefusedError(
            f"{to!r} is not applied",
            hint=f"Name an applied migration; `{reader.settings.program} status` lists them.",
        )
    if not applied:
        raise RefusedError("nothing is applied", hint="There is nothing to roll back.")
    half_done = [name for name, direction in state.journal if direction == "apply"]
    if half_done:
        raise RefusedError(
            f"{half_done[0]} is partly applied",
            hint=f"Finish it with `{reader.settings.program} migrate`; statements that have not run"
            " may be changed.",
            exit_code=Exit.PARTIAL,
        )
    first = len(applied) - 1
    if to is not None:
        first = 1 + next(i for i, migration in enumerate(applied) if migration.id == to)
    chosen = []
    problems: list[Problem] = []
    edited = {problem.path.stem for problem in work.problems if problem.kind == "edited"}
    for migration in reversed(applied[first:]):
        if migration.undo is None:
            reason = migration.script.header.irreversible
            if reason:
                why, remedy = f"it is irreversible: {reason}", _INSTEAD
            else:
                why, remedy = "there is none", "Write it first."
            problems.append(Problem(migration.undo_path, 0, f"no rollback file: {why}", remedy))
            continue
        with collecting(problems):
            script = load(migration.undo)
            earlier = applied[: applied.index(migration)]
            undo, faults = restores.resolve(script, migration, work.ordered, earlier, edited)
            steps = state.journal.get((migration.id, "rollback"), ())
            problems += faults
            problems += compare.beside(steps, undo, checked(undo) or empty_problems(undo))
            chosen.append((migration, undo))
    refuse(problems)
    return chosen


def _count(result: Result, migration: Migration, undo: Undo) -> None:
    result.rolled_back.append(migration.id)
    result.restores += map(str, undo.restored)
