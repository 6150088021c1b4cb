"""Up, down and up: what one database tells of one migration."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pgproof.catalogue import snapshot
from pgproof.catalogue.differences import Difference, differences
from pgproof.errors import PgproofError
from pgproof.files.script import Migration
from pgproof.scratch.steps import Steps
from pgproof.settings import Settings
from pgproof.verify import data
from pgproof.verify.fill import Filler
from pgproof.verify.records import Loss, Problem, Verified
from pgproof.verify.watch import Connection, Watch, wait_for_the_end


class Rounds:
    """Goes up and down on one database; `is_stuck` once it cannot go on to the next migration."""

    def __init__(
        self,
        conninfo: str,
        connection: Connection,
        tables: Connection,
        settings: Settings,
        filler: Filler,
    ):
        """`tables` is a connection that becomes the owner, and with which rows are read."""
        self._steps = Steps(conninfo, settings)
        self._connection = connection
        self._tables = tables
        self._settings = settings
        self.filler = filler
        self.is_stuck = False

    def begin(self) -> None:
        """Run the files of `before`, which are no work of the first migration."""
        self._steps.begin()

    def add(self, migration: Migration) -> None:
        """Put a migration, and its rollback file, into the folder that is applied."""
        self._steps.add(migration)

    def up(self) -> str | None:
        """Apply what is pending. Raises PgproofError.

        Where rows that were made up do not fit, it is applied without them; returned is why.
        """
        try:
            self._steps.up()
        except PgproofError as error:
            if not self.filler.discard():
                raise
            self._steps.up()
            return error.message
        return None

    def verify(self, migration: Migration) -> Verified:
        """Go up, down and up. A statement that fails is a problem of the migration."""
        started = time.monotonic()
        try:
            found = self._verify(migration)
        except PgproofError as error:
            self.is_stuck = True
            found = Verified(migration.id, problems=(Problem(self._said(error)),))
        return replace(found, seconds=round(time.monotonic() - started, 3))

    def _verify(self, migration: Migration) -> Verified:
        data.become(self._tables, self._settings.owner)
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
        after, changed = self._objects(), self._data()
        self.filler.empty_tables(changed)
        self.filler.new_columns(rows, self._data())
        filled = self._data()
        written = data.written(self._connection)
        watch = Watch(self._connection, self._settings.ledger_schema)
        try:
            self._steps.down(watch)
        except PgproofError as error:
            return Verified(
                migration.id,
                problems=(Problem(f"its rollback fails: {self._said(error)}"),),
                rows=_counts(rows),
            )
        wait_for_the_end(self._connection)
        touched |= _more(written, data.written(self._connection))
        undone, left = self._objects(), self._data()
        by_us = {(one.table, one.column) for one in data.lost(changed, filled)}
        gone = [one for one in data.lost(rows, left) if (one.table, one.column) not in by_us]
        found = Verified(
            migration.id,
            loses=tuple(data.lost(filled, left)),
            not_restored=tuple(gone),
            locks=tuple(watch.locks),
            rows=_counts(rows),
        )
        problems = [*_apart("after its rollback, the database is not as before", before, undone)]
        problems += _unequal(gone, touched, changed)
        notes = [*_orders(before, undone)]
        notes += [f"applied without the rows that were made up: {misfit}"] if misfit else []
        try:
            self.up()
        except PgproofError as error:
            self.is_stuck = True
            problems.append(Problem(f"it cannot be applied again: {self._said(error)}"))
        else:
            again = self._objects()
            message = "applied again, it makes another database than at first"
            problems += _apart(message, after, again)
            notes += [one for one in _orders(after, again) if one not in notes]
        return replace(found, problems=tuple(problems), notes=tuple(notes))

    def _said(self, error: PgproofError) -> str:
        """Return a message in which files have their own names."""
        return error.message.replace(f"{self._settings.migrations}/", "")

    def _objects(self) -> snapshot.Objects:
        return snapshot.take(self._connection, self._settings.ledger_schema).objects

    def _data(self) -> dict[str, data.Table]:
        return data.read(self._tables, self._settings.ledger_schema)


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


def _unequal(gone: Sequence[Loss], touched: set[str], changed: data.Data) -> Iterator[Problem]:
    """Yield a problem for rows that no statement wrote, and that are not what they were.

    What the migration itself dropped or wrote is not among them.
    """
    found = [
        str(one)
        for one in gone
        if one.table not in touched
        and one.table in changed
        and (one.column is None or one.column in changed[one.table].filled)
    ]
    if found:
        yield Problem("rows that no statement has written are not as before", tuple(found))
