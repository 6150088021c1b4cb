"""What the runner refuses, found before anything is touched. Reads files and the ledger's state."""

from dataclasses import dataclass
from pathlib import Path

from pgproof.files import restores
from pgproof.files.faults import script_problems, undo_problems
from pgproof.files.folder import Folder
from pgproof.files.hashes import code_sha256
from pgproof.files.problem import Problem, refuse
from pgproof.files.script import Migration, Script
from pgproof.ledger.state import State, Step

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
    """Compare the folder with the ledger. Raises RefusedError for files that cannot be read."""
    ordered = folder.ordered()
    here = {migration.id for migration in ordered}
    pending = tuple(m for m in ordered if m.id not in state.applied)
    problems: list[Problem] = []
    commented, unhashed = [], []
    for migration in ordered:
        applied = state.applied.get(migration.id)
        if applied is None or migration.script.raw_sha256 == applied.raw_sha256:
            continue
        if applied.raw_sha256 is None:
            unhashed.append(migration)
        elif migration.script.code_sha256 == applied.code_sha256:
            commented.append(migration)
        else:
            problems.append(
                Problem(
                    migration.path,
                    1,
                    "edited after it was applied: its code is not what ran",
                    _BY_HAND,
                    "edited",
                )
            )
    problems += _gone(folder, state, pending, here)
    last = max((i for i, m in enumerate(ordered) if m.id in state.applied), default=-1)
    late = {m.id for m in ordered[: max(last, 0)] if m.id not in state.applied}
    if not allow_out_of_order:
        problems += [
            Problem(
                m.path,
                1,
                f"ordered before {ordered[last].id}, which is applied",
                "Give it a later number, or run with --allow-out-of-order, which is recorded.",
                "order",
            )
            for m in pending
            if m.id in late
        ]
    return Work(
        ordered, pending, tuple(commented), tuple(unhashed), frozenset(late), tuple(problems)
    )


def check(folder: Folder, state: State, work: Work, program: str) -> None:
    """Raise RefusedError with everything that keeps the pending files from being run."""
    problems = list(work.problems)
    problems += [
        Problem(stray, 0, "a rollback file without its migration", "Rename or remove it.")
        for stray in folder.strays
    ]
    for migration in work.pending:
        problems += undo_problems(migration)
        problems += script_problems(migration.script)
        if migration.undo is not None:
            problems += script_problems(Script(migration.undo, migration.undo.read_bytes()))
        problems += resumable(migration.script, state.journal.get((migration.id, "apply"), ()))
        if (migration.id, "rollback") in state.journal:
            problems.append(_half_undone(migration.path, program))
    problems += restores.problems(work.pending, work.ordered, state.applied)
    problems += [
        _half_undone(migration.path, program)
        for migration in work.ordered
        if migration.id in state.applied and (migration.id, "rollback") in state.journal
    ]
    refuse(problems)


def resumable(script: Script, journal: tuple[Step, ...]) -> list[Problem]:
    """Return the statements that were changed after they ran in a file that is partly applied."""
    statements = {statement.number: statement for statement in script.statements}
    return [
        Problem(
            script.path,
            statements[step.number].line if step.number in statements else 1,
            f"statement {step.number} was changed after it ran; the file is partly applied",
            "Put the statements that ran back as they were; later ones may be changed.",
            "edited",
        )
        for step in journal
        if step.finished
        and (
            step.number not in statements
            or code_sha256(statements[step.number].sql) != step.code_sha256
        )
    ]


def _half_undone(path: Path, program: str) -> Problem:
    return Problem(
        path,
        0,
        "its rollback is partly done",
        f"Finish it with `{program} rollback`; it goes on where it stopped.",
        "partial",
    )


def _gone(
    folder: Folder, state: State, pending: tuple[Migration, ...], here: set[str]
) -> list[Problem]:
    problems = []
    for name, applied in state.applied.items():
        if name in here:
            continue
        twin = next(
            (
                m
                for m in pending
                if applied.raw_sha256 == m.script.raw_sha256
                or applied.code_sha256 == m.script.code_sha256
            ),
            None,
        )
        message = f"applied, then renamed to {twin.path.name}" if twin else "applied, then deleted"
        problems.append(
            Problem(
                folder.path / f"{name}.sql",
                0,
                message,
                "Put the file back under the name it was applied with.",
                "missing",
            )
        )
    return problems
