"""`verify`: each migration up, down and up on a scratch database that has rows."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from pgproof.catalogue import snapshot
from pgproof.catalogue.differences import Difference, differences
from pgproof.connection import connect
from pgproof.errors import InputError, PgproofError
from pgproof.files.folder import Folder, read
from pgproof.files.problem import refuse
from pgproof.files.script import Migration
from pgproof.ledger import compare
from pgproof.ledger.reader import reading
from pgproof.ledger.state import State
from pgproof.report import Reporter, silent
from pgproof.run.interrupt import interruptible
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from pgproof.run.rollback import rollback
from pgproof.scratch.copies import of_database
from pgproof.scratch.databases import Databases, databases
from pgproof.settings import Settings
from pgproof.verify import data
from pgproof.verify.fill import Filler, columns
from pgproof.verify.records import Loss, Problem, Verification, Verified
from pgproof.verify.values import Column
from pgproof.verify.watch import Connection, Watch, wait_for_the_end

ROWS = 5
"""Rows that are made up for a table that is empty."""
_LATE = Options(allow_out_of_order=True)

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
        connection = stack.enter_context(connect(scratch, autocommit=True))
        later = _later(made, here / "all", settings, work, prepare) if rows and not template else {}
        filler = Filler(connection, rows, later)
        rounds = Rounds(own, connection, _of_a_copy(settings, here / "one", work), filler)
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


class Rounds:
    """Goes up and down on one database; `is_stuck` once it cannot go on to the next migration."""

    def __init__(self, conninfo: str, connection: Connection, settings: Settings, filler: Filler):
        self._conninfo = conninfo
        self._connection = connection
        self._settings = settings
        self.filler = filler
        self.is_stuck = False

    def add(self, migration: Migration) -> None:
        """Put a migration, and its rollback file, into the folder that is applied."""
        folder = self._settings.migrations
        (folder / migration.path.name).write_bytes(migration.script.raw)
        if migration.undo:
            shutil.copy(migration.undo, folder)

    def up(self) -> str | None:
        """Apply what is pending. Raises PgproofError.

        Where rows that were made up do not fit, it is applied without them; returned is why.
        """
        try:
            migrate(self._conninfo, self._settings, options=_LATE)
        except PgproofError as error:
            if not self.filler.discard():
                raise
            migrate(self._conninfo, self._settings, options=_LATE)
            return error.message
        return None

    def verify(self, migration: Migration) -> Verified:
        """Go up, down and up. A statement that fails is a problem of the migration."""
        started = time.monotonic()
        try:
            found = self._verify(migration)
        except PgproofError as error:
            self.is_stuck = True
            found = Verified(migration.id, problems=(Problem(error.message),))
        return replace(found, seconds=round(time.monotonic() - started, 3))

    def _verify(self, migration: Migration) -> Verified:
        self.filler.empty_tables(self._data())
        before, rows = self._objects(), self._data()
        written = data.written(self._connection)
        misfit = self.up()
        if misfit is not None:
            rows = self._data()
        if migration.undo is None:
            reason = migration.script.header.irreversible
            return Verified(migration.id, irreversible=reason, rows=_counts(rows))
        wait_for_the_end(self._connection)
        touched = _more(written, data.written(self._connection))
        after = self._objects()
        self.filler.empty_tables(self._data())
        self.filler.new_columns(rows, self._data())
        filled = self._data()
        written = data.written(self._connection)
        watch = Watch(self._connection, self._settings.ledger_schema)
        try:
            rollback(self._conninfo, self._settings, watch, _LATE)
        except PgproofError as error:
            return Verified(
                migration.id,
                problems=(Problem(f"its rollback fails: {error.message}"),),
                rows=_counts(rows),
            )
        wait_for_the_end(self._connection)
        touched |= _more(written, data.written(self._connection))
        undone, left = self._objects(), self._data()
        found = Verified(
            migration.id,
            loses=tuple(data.lost(filled, left)),
            locks=tuple(watch.locks),
            rows=_counts(rows),
        )
        problems = [*_apart("after its rollback, the database is not as before", before, undone)]
        problems += _unequal(data.lost(rows, left), touched)
        notes = [*_orders(before, undone)]
        notes += [f"applied without the rows that were made up: {misfit}"] if misfit else []
        try:
            self.up()
        except PgproofError as error:
            self.is_stuck = True
            problems.append(Problem(f"it cannot be applied again: {error.message}"))
        else:
            again = self._objects()
            message = "applied again, it makes another database than at first"
            problems += _apart(message, after, again)
            notes += [one for one in _orders(after, again) if one not in notes]
        return replace(found, problems=tuple(problems), notes=tuple(notes))

    def _objects(self) -> snapshot.Objects:
        return snapshot.take(self._connection, self._settings.ledger_schema).objects

    def _data(self) -> dict[str, data.Table]:
        return data.read(self._connection, self._settings.ledger_schema)


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
    scratch = made.create()
    of_all = _of_a_copy(settings, here, replace(work, pending=()))
    with closing(connect(scratch, autocommit=True)) as connection:
        try:
            migrate(prepare(scratch), of_all, options=_LATE)
        except PgproofError:
            return {}
        names = data.read(connection, settings.ledger_schema)
        return {name: columns(connection, name) for name in names}


def _of_a_copy(settings: Settings, here: Path, work: compare.Work) -> Settings:
    """Return settings of a folder that holds what is applied to the scratch database already."""
    here.mkdir()
    for one in work.ordered:
        if one not in work.pending:
            (here / one.path.name).write_bytes(one.script.raw)
            if one.undo:
                shutil.copy(one.undo, here)
    return replace(settings, migrations=here, after=(), adopt=None)


def _counts(rows: data.Data) -> dict[str, int]:
    return {name: table.rows for name, table in rows.items() if table.rows}


def _more(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """Return the tables of which rows were written meanwhile."""
    return {name for name, count in after.items() if count > before.get(name, 0)}


def _is_order(one: Difference) -> bool:
    return {change.attribute for change in one.changes} == {"columns"}


def _apart(message: str, before: snapshot.Objects, after: snapshot.Objects) -> Iterator[Problem]:
    found = [one for one in differences(before, after) if not _is_order(one)]
    if found:
        yield Problem(message, tuple(map(_said, found)))


def _orders(before: snapshot.Objects, after: snapshot.Objects) -> Iterator[str]:
    for one in differences(before, after):
        if _is_order(one):
            yield f"the columns of {one.name} are in another order: those made anew are the last"


def _said(one: Difference) -> str:
    words = {"missing": "is missing", "unexpected": "is left", "changed": "differs"}
    changes = (f"{each.attribute}: {each.expected} -> {each.found}" for each in one.changes)
    return "; ".join((f"{one.kind} {one.name} {words[one.state]}", *changes))


def _unequal(lost: Iterator[Loss], touched: set[str]) -> Iterator[Problem]:
    """Yield a problem for rows that no statement wrote, and that are not what they were."""
    found = [str(one) for one in lost if one.table not in touched]
    if found:
        yield Problem("rows that no statement has written are not as before", tuple(found))
