"""What is applied, pending, edited, missing or partly applied."""

from dataclasses import asdict, dataclass, replace

from pgproof.errors import Exit
from pgproof.files.folder import read
from pgproof.files.restores import described
from pgproof.ledger import compare
from pgproof.ledger.reader import reading
from pgproof.run.repeatable import repeatables
from pgproof.settings import Settings


@dataclass(frozen=True)
class Row:
    """One migration or repeatable file. `state` is a word of docs/reference/exit-codes.md."""

    id: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class Status:
    """Every row in the order of work, and the exit code that sums them up."""

    rows: tuple[Row, ...]

    @property
    def exit_code(self) -> Exit:
        """CHANGED before PARTIAL before REFUSED before PENDING before OK."""
        states = {row.state for row in self.rows}
        if states & {"edited", "missing", "order"}:
            return Exit.CHANGED
        if "partial" in states:
            return Exit.PARTIAL
        if "refused" in states:
            return Exit.REFUSED
        return Exit.PENDING if states & {"pending", "due"} else Exit.OK

    def as_dict(self) -> dict[str, object]:
        """Return rows and exit code for JSON."""
        return {"exit_code": int(self.exit_code), "migrations": [asdict(row) for row in self.rows]}


def status(conninfo: str, settings: Settings) -> Status:
    """Compare folder and ledger. Writes nothing; needs SELECT on the ledger alone.

    Raises RefusedError for a folder that is missing, empty or cannot be read.
    """
    folder = read(settings.migrations, settings.program)
    with reading(conninfo, settings, folder) as reader:
        state = reader.known.state
        work = compare.compare(folder, state)
        found = (*folder.problems, *work.problems)
        problems = {
            problem.path.stem if problem.path.suffix == ".sql" else problem.path.name: problem
            for problem in reversed(found)
        }
        rows = []
        for migration in work.ordered:
            problem = problems.pop(migration.id, None)
            steps = [
                step
                for (name, _), steps in state.journal.items()
                if name == migration.id
                for step in steps
            ]
            applied = state.applied.get(migration.id)
            if problem:
                rows.append(Row(migration.id, problem.kind, problem.message))
            elif steps:
                failure = next((step.failure for step in steps if step.failure), None)
                done = sum(step.finished for step in steps)
                rows.append(Row(migration.id, "partial", failure or f"{done} statements done"))
            elif applied is None:
                rows.append(Row(migration.id, "pending"))
            else:
                rows.append(
                    Row(migration.id, "applied", "" if applied.how == "applied" else applied.how)
                )
        told = {
            m.id: [f"rollback {one}" for one in described(m, work.ordered, state.applied)]
            for m in work.ordered
        }
        rows = [
            replace(row, detail="; ".join(filter(None, (row.detail, *told[row.id]))))
            for row in rows
        ]
        rows += [Row(name, one.kind, one.message) for name, one in problems.items()]
        before, after = repeatables(settings, folder)
        rows += [
            Row(one.name, "due" if one.is_due(state) else "done", "repeatable")
            for one in (*before, *after)
        ]
    return Status(tuple(rows))
