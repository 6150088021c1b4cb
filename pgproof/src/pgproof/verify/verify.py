"""`verify`: each migration up, down and up on a scratch database that has rows."""

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from pgproof.connection import connect
from pgproof.errors import InputError, PgproofError
from pgproof.files.folder import Folder, read
from pgproof.files.problem import refuse
from pgproof.ledger import compare
from pgproof.ledger.reader import reading
from pgproof.ledger.state import State
from pgproof.report import Reporter, silent
from pgproof.run.interrupt import interruptible
from pgproof.run.migrate import migrate
from pgproof.scratch.copies import of_database, put
from pgproof.scratch.databases import Databases, databases
from pgproof.scratch.steps import UNRECORDED
from pgproof.settings import Settings
from pgproof.verify import data
from pgproof.verify.fill import Filler, columns
from pgproof.verify.records import Verification, Verified
from pgproof.verify.rounds import Rounds
from pgproof.verify.values import Column

ROWS = 5
"""Rows that are made up for a table that is empty."""

Prepare = Callable[[str], str]
"""Gets the connection string of the scratch database, and returns the one to migrate it with."""


def verify(
    conninfo: str,
    settings: Settings,
    *,
    template: str | None = None,
    only: Sequence[str] = (),
    rows: int = ROWS,
    prepare: Prepare = str,
    report: Reporter = silent,
) -> Verification:
    """Apply each migration to a scratch database, roll it back, and apply it again.

    The database is made on the server of `conninfo`, empty or as a copy of `template`, and dropped.
    With `only`, the other migrations are applied and not verified. Raises RefusedError for
    everything that `migrate` would refuse.
    """
    started = time.monotonic()
    folder = read(settings.migrations, settings.program)
    with interruptible(), ExitStack() as stack:
        made = stack.enter_context(databases(conninfo))
        scratch = of_database(made, template) if template else made.create()
        here = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgproof-")))
        own = prepare(scratch)
        work = _work(own, settings, folder)
        unknown = [one for one in only if one not in {each.id for each in work.pending}]
        if unknown:
            raise InputError(
                f"{unknown[0]!r} is no migration to verify",
                hint="Name one of the folder that is not applied to the template.",
            )
        connection = stack.enter_context(connect(own, autocommit=True))
        tables = stack.enter_context(connect(own, autocommit=True))
        later = _later(made, here / "all", settings, work, prepare) if rows and not template else {}
        filler = Filler(tables, rows, later)
        rounds = Rounds(own, connection, tables, _of_a_copy(settings, here / "one", work), filler)
        rounds.begin()
        found: list[Verified] = []
        for migration in work.pending:
            report("file", file=migration.path.name, id=migration.id)
            rounds.add(migration)
            if only and migration.id not in only:
                rounds.up()
                continue
            found.append(rounds.verify(migration))
            if rounds.is_stuck:
                break
        done = {one.id for one in found}
        left = [one.id for one in work.pending if one.id in (only or (one.id,))]
        return Verification(
            connection.info.parameter_status("server_version") or "",
            tuple(found),
            tuple(one for one in left if one not in done),
            rounds.filler.refused,
            round(time.monotonic() - started, 3),
        )


def _work(conninfo: str, settings: Settings, folder: Folder) -> compare.Work:
    """Return what is to be verified. Raises RefusedError like `migrate`."""
    with reading(conninfo, replace(settings, adopt=None), folder) as reader:
        state = reader.known.state if reader.known.source is None else State()
        work = compare.compare(folder, state, allow_out_of_order=True)
        compare.check(folder, state, work, settings.program)
    refuse(list(folder.problems))
    return work


def _later(
    made: Databases, here: Path, settings: Settings, work: compare.Work, prepare: Prepare
) -> dict[str, list[Column]]:
    """Return the columns of each table after all migrations; {} where one of them fails."""
    own = prepare(made.create())
    try:
        migrate(own, _of_a_copy(settings, here, replace(work, pending=())), options=UNRECORDED)
    except PgproofError:
        return {}
    with closing(connect(own, autocommit=True)) as connection:
        data.become(connection, settings.owner)
        names = data.names(connection, settings.ledger_schema)
        return {name: columns(connection, name) for name in names}


def _of_a_copy(settings: Settings, here: Path, work: compare.Work) -> Settings:
    """Return settings of a folder that holds what is applied to the scratch database already."""
    here.mkdir()
    for one in work.ordered:
        if one not in work.pending:
            put(here, one)
    return settings.of_scratch(here, after=())
