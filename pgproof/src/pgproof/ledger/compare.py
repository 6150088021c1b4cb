"""What the runner refuses, found before anything is touched. Reads files and the ledger's state."""

from dataclasses import dataclass
from pathlib import Path

from pgproof.files import numbers, others, restores
from pgproof.files.checks import migration_problems
from pgproof.files.folder import Folder, order
from pgproof.files.hashes import code_sha256, other_line_ends
from pgproof.files.problem import Problem, collecting, refuse
from pgproof.files.script import Migration, Script
from pgproof.ledger.state import State, Step

_EDITED = "edited after it was applied"
_LINE_ENDS = "Check it out with the line ends it had; `*.sql eol=lf` in .gitattributes keeps them."
_BY_HAND = "Put the file back as it was, and write a new migration for the change."


@dataclass(frozen=True)
class Work:
    """What a folder and a ledger make together. `commented`: only comments changed."""

    ordered: tuple[Migration, ...]
    pending: tuple[Migration, ...]
    commented: tuple[Migration, ...]
    unhashed: tuple[Migration, ...]
    out_of_order: frozenset[str]
    problems: tuple[Problem, ...]


def compare(folder: Folder, state: State, *, allow_out_of_order: bool = False) -> Work:
    """Compare the folder with the ledger."""
    problems: list[Problem] = []
    depends = folder.depends(problems)
    ordered = folder.migrations
    with collecting(problems):
        ordered = order(folder.migrations, depends)
    here = {m.id for m in ordered} | {problem.path.stem for problem in folder.problems}
    pending = tuple(m for m in ordered if m.id not in state.applied)
    ours = [migration for migration in ordered if not others.named(migration.path)]
    problems += numbers.problems(ours, depends, {migration.id for migration in pending})
    commented, unhashed = [], []
    for migration in ordered:
        applied = state.applied.get(migration.id)
        if applied is None or migration.script.raw_sha256 == applied.raw_sha256:
            continue
        if applied.raw_sha256 is None:
            unhashed.append(migration)
        elif migration.script.code_sha256 == applied.code_sha256:
            commented.append(migration)
        elif migration.script.differs_by_line_ends(applied.raw_sha256):
            message = f"{_EDITED}: only its line ends are other ones, inside of a string or body"
            problems.append(Problem(migration.path, 1, message, _LINE_ENDS, "edited"))
        else:
            message = f"{_EDITED}: its code is not what ran"
            problems.append(Problem(migration.path, 1, message, _BY_HAND, "edited"))
    problems += _gone(folder, state, pending, here) + _left(folder, state, pending, here)
    last = max((i for i, m in enumerate(ordered) if m.id in state.applied), default=-1)
    late = {m.id for m in ordered[: max(last, 0)] if m.id not in state.applied}
    if late and not allow_out_of_order:
        message = f"ordered before {ordered[last].id}, which is applied"
        remedy = "Give it a later number, or run with --allow-out-of-order, which is recorded."
        problems += [Problem(m.path, 1, message, remedy, "order") for m in pending if m.id in late]
    return Work(
        ordered, pending, tuple(commented), tuple(unhashed), frozenset(late), tuple(problems)
    )


def check(folder: Folder, state: State, work: Work, program: str) -> None:
    """Raise RefusedError with everything that keeps the pending files from being run."""
    problems = [*folder.problems, *work.problems]
    for migration in work.pending:
        steps = state.journal.get((migration.id, "apply"), ())
        problems += beside(steps, migration.script, migration_problems(migration))
        if (migration.id, "rollback") in state.journal:
            problems.append(_half_undone(migration.path, program))
    with collecting(problems):
        problems += restores.problems(work.pending, work.ordered, state.applied)
    problems += [
        _half_undone(migration.path, program)
        for migration in work.ordered
        if migration.id in state.applied and (migration.id, "rollback") in state.journal
    ]
    refuse(list(dict.fromkeys(problems)))


def beside(journal: tuple[Step, ...], script: Script, found: list[Problem]) -> list[Problem]:
    """Return what keeps a file from being resumed beside what was `found` in it.

    Without steps in the journal it is run from its beginning, and nothing else matters.
    """
    if not journal:
        return found
    problems = [one for one in found if one.kind != "needless" or one.path != script.path]
    with collecting(problems):
        if script.header.transactional:
            message = "partly applied without a transaction, but its header no longer says so"
            remedy = "Put `-- transactional: false` back; the statements that ran would run again."
            problems.append(Problem(script.path, 1, message, remedy, "edited"))
        problems += resumable(script, journal)
    return problems


def resumable(script: Script, journal: tuple[Step, ...]) -> list[Problem]:
    """Return the statements that were changed after they ran in a file that is partly applied."""
    statements = {statement.number: statement for statement in script.statements}
    problems = []
    for step in journal:
        statement = statements.get(step.number)
        code = code_sha256(statement.sql) if statement else ""
        if not step.finished or code == step.code_sha256:
            continue
        message = f"statement {step.number} was changed after it ran; the file is partly applied"
        remedy = "Put the statements that ran back as they were; later ones may be changed."
        if statement and step.code_sha256 in map(code_sha256, other_line_ends(statement.sql)):
            message, remedy = f"{message}; only its line ends are other ones", _LINE_ENDS
        line = statement.line if statement else 1
        problems.append(Problem(script.path, line, message, remedy, "edited"))
    return problems


def _half_undone(path: Path, program: str) -> Problem:
    remedy = f"Finish it with `{program} rollback`; it goes on where it stopped."
    return Problem(path, 0, "its rollback is partly done", remedy, "partial")


def _gone(
    folder: Folder, state: State, pending: tuple[Migration, ...], here: set[str]
) -> list[Problem]:
    problems = []
    for name, applied in state.applied.items():
        if name in here:
            continue
        hashes = applied.raw_sha256, applied.code_sha256
        twin = next(
            (
                m
                for m in pending
                if m.script.raw_sha256 == hashes[0] or m.script.code_sha256 == hashes[1]
            ),
            None,
        )
        message = f"applied, then renamed to {twin.path.name}" if twin else "applied, then deleted"
        remedy = "Put the file back under the name it was applied with."
        problems.append(Problem(folder.path / f"{name}.sql", 0, message, remedy, "missing"))
    return problems


def _left(
    folder: Folder, state: State, pending: tuple[Migration, ...], here: set[str]
) -> list[Problem]:
    """Find the files that are partly applied and no longer there."""
    problems = []
    for (name, _), steps in state.journal.items():
        if name in here or name in state.applied or name in state.repeatables:
            continue
        ran = any(step.finished for step in steps)
        twin = next((m for m in pending if ran and not resumable(m.script, steps)), None)
        message, remedy = (
            (f"renamed to {twin.path.name}", "Rename it back; then it goes on where it stopped.")
            if twin
            else (
                "deleted",
                "Put the file back; then it goes on where it stopped. If it is given up, undo what"
                " its statements did and delete its rows from the ledger's table `journal`.",
            )
        )
        path = folder.path / f"{name}.sql"
        problems.append(Problem(path, 0, f"partly applied, then {message}", remedy, "missing"))
    return problems
