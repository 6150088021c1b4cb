"""Adopting a database that already has what the first migrations make."""

import time
from collections.abc import Callable
from typing import Literal

from pgproof.errors import RefusedError
from pgproof.files.checks import foreign_problems
from pgproof.files.folder import read
from pgproof.files.problem import refuse
from pgproof.files.script import Migration
from pgproof.ledger import compare, marks, recording
from pgproof.ledger.reader import Reader, reading
from pgproof.report import Reporter, silent
from pgproof.run.held import locked, refuse_no_owner, refuse_settings
from pgproof.run.interrupt import interruptible
from pgproof.run.options import Options, Result
from pgproof.settings import Settings


def baseline(
    conninfo: str,
    settings: Settings,
    migration_id: str,
    reporter: Reporter = silent,
    options: Options | None = None,
    *,
    dry_run: bool = False,
) -> Result:
    """Record every migration up to and with `migration_id` as applied, running none of them.

    All or nothing, in one transaction. Raises RefusedError if the ledger has any migration.
    """
    started = time.monotonic()
    folder = read(settings.migrations, settings.program)
    with interruptible(), reading(conninfo, settings, folder) as reader:
        result = Result(adopted=[migration.id for migration in _chosen(reader, migration_id)])
        if dry_run:
            refuse_no_owner(reader)
            refuse_settings(reader, options or Options())
            return result
        record(reader, reporter, options or Options(), lambda: _chosen(reader, migration_id))
    result.seconds = round(time.monotonic() - started, 3)
    return result


def record(
    reader: Reader,
    reporter: Reporter,
    options: Options,
    choose: Callable[[], list[Migration]],
    how: Literal["baseline", "adopted"] = "baseline",
) -> None:
    """Record as applied what `choose` returns under the lock, in one transaction."""
    refuse_no_owner(reader)  # No file of `before` that would make it is run.
    with locked(reader, reporter, options) as held:
        chosen = choose()
        server = reader.server
        if not server.has_ledger:
            reader.ledger.create(reader.connection, server.owner, owner_may=server.owner_may_create)
        held.take_role()
        rows = (
            marks.mark(reader.ledger, migration, how=how, operation="mark") for migration in chosen
        )
        record = None
        if recording.is_there(reader.connection, reader.ledger):
            record = recording.whole(reader.connection, reader.ledger)
        held.executor.write("; ".join(rows), record)


def _chosen(reader: Reader, migration_id: str) -> list[Migration]:
    folder, state = reader.folder, reader.known.state
    work = compare.compare(folder, state)
    names = [migration.id for migration in work.ordered]
    if migration_id not in names:
        raise RefusedError(
            f"{folder.path}: no migration {migration_id!r}", hint=f"The last one is {names[-1]}."
        )
    if state.applied or state.journal:
        raise RefusedError(
            "the ledger already has migrations",
            hint="A baseline is for a database that no runner has touched; see"
            f" `{reader.settings.program} status`.",
        )
    chosen = list(work.ordered[: names.index(migration_id) + 1])
    foreign = [problem for migration in chosen for problem in foreign_problems(migration)]
    refuse([*folder.problems, *work.problems, *foreign])
    return chosen
