"""Whether the migrations of two branches make one database in either order: both are run."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path

from pgproof.catalogue.snapshot import Key
from pgproof.connection import connect
from pgproof.errors import PgproofError
from pgproof.order import clashes
from pgproof.order.branches import Branches, branches
from pgproof.order.records import Clash, Order, unique
from pgproof.order.runs import AloneError, Ran, Runs, name_of
from pgproof.report import Reporter, silent
from pgproof.run.interrupt import interruptible
from pgproof.scratch.copies import Prepare, of_database
from pgproof.scratch.databases import Databases, databases
from pgproof.settings import Settings
from pgproof.verify import data
from pgproof.verify.fill import Filler
from pgproof.verify.values import Column

ROWS = 5
"""Rows that are made up for a table that is empty."""


def prove(
    settings: Settings,
    conninfo: str,
    base: str,
    *,
    rows: int = ROWS,
    template: str | None = None,
    prepare: Prepare = str,
    report: Reporter = silent,
) -> Order:
    """Run the work tree's new migrations and those that landed on `base`, in either order.

    New is what is not at the merge base of HEAD and the revision `base`. The databases are made on
    the server of `conninfo` and dropped; with `template` they begin as copies of that database, to
    which the files of the merge base are applied, else with made-up `rows` in empty tables. Raises
    InputError where git does not know the revision, and PgproofError for files that fail by
    themselves.
    """
    started = time.monotonic()
    with interruptible(), ExitStack() as stack:
        here = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgproof-")))
        found = branches(settings, base, here)
        order = Order(
            base,
            found.merge_base,
            tuple(one.id for one in found.ours),
            tuple(one.id for one in found.theirs),
        )
        doubtful = any(one.kind == "file" for one in found.clashes)
        if found.ours and found.theirs and not doubtful:
            made = stack.enter_context(databases(conninfo))
            shown = {here / "base": f"{base}:", here / "merge-base": "the merge base:"}
            runs = Runs(made, settings, here, prepare, shown, report)
            order = _Proof(made, runs, found, rows, template).of(order)
        elif found.ours and found.theirs:
            found.notes.append("nothing was run, since the files themselves clash")
        return replace(
            order,
            clashes=tuple(
                one.of(order.ours, order.theirs) for one in unique([*found.clashes, *order.clashes])
            ),
            notes=tuple(dict.fromkeys([*found.notes, *order.notes])),
            seconds=round(time.monotonic() - started, 3),
        )


class _Proof:
    """Runs both orders, once more where they differ, and says by what."""

    def __init__(
        self, made: Databases, runs: Runs, found: Branches, rows: int, template: str | None
    ):
        self._made = made
        self._runs = runs
        self._found = found
        self._rows = 0 if template else rows
        self._template = template
        self._refused: Mapping[str, str] = {}

    def of(self, order: Order) -> Order:
        """Return the order with what differs. Raises PgproofError if a side fails by itself."""
        try:
            base = self._base()
        except PgproofError as error:
            raise _explained("the files of the merge base fail", error) from error
        start, mine, others = self._ran(base)
        told: list[Clash | str] = []
        if mine.failure or others.failure:
            edit = self._runs.objects(base), mine.alone, others.alone
            told += clashes.of_failures(mine.failure, others.failure, edit)
        else:
            told += _differing(mine, others, None)
            if any(isinstance(one, Clash) for one in told):
                told = list(_differing(mine, others, self._ours_first(start)))
        texts = {one.id: one.script.text for one in (*self._found.ours, *self._found.theirs)}
        names: dict[Key, set[str]] = {}
        for key, name in (*mine.touched.items(), *others.touched.items()):
            names.setdefault(key, set()).add(name)
        return replace(
            order,
            clashes=tuple(
                replace(one, files=clashes.touched(one, names, texts))
                for one in told
                if isinstance(one, Clash)
            ),
            notes=tuple(one for one in told if isinstance(one, str)),
            compared=True,
            version=self._made.connection.info.parameter_status("server_version") or "",
            not_filled=self._refused,
        )

    def _base(self) -> str:
        """Make a database to which the files are applied that both sides have."""
        name = self._template
        conninfo = of_database(self._made, name) if name else self._made.create()
        if self._found.common:
            roles = self._runs.roles()
            try:
                self._runs.apply(conninfo, self._found.common, record=False)
            finally:
                self._made.roles += self._runs.roles_of(self._found.common, roles)
        return conninfo

    def _ran(self, base: str) -> tuple[str, Ran, Ran]:
        """Run both orders, with rows that are made up where both sides bear them.

        Returns also the database that they began with.
        """
        if self._rows:
            with suppress(AloneError):
                start = self._filled(base, {})
                return start, self._ours_first(start), self._theirs_first(start)
        try:
            trial = self._ours_first(base)
            if self._rows:
                with suppress(AloneError):
                    start = self._filled(base, trial.columns)
                    return start, self._ours_first(start), self._theirs_first(start)
                self._refused = {"every table": "a file fails with rows that are made up"}
            return base, trial, self._theirs_first(base)
        except AloneError as error:
            raise _explained("a file fails without those of the other side", error) from error

    def _filled(self, base: str, later: Mapping[str, list[Column]]) -> str:
        """Return a copy of a database with rows in its empty tables.

        They also fit the columns that tables have later.
        """
        conninfo = of_database(self._made, name_of(base))
        ledger = self._runs.settings.ledger_schema
        with closing(connect(conninfo, autocommit=True)) as connection:
            data.become(connection, self._runs.settings.owner)
            filler = Filler(connection, self._rows, later)
            filler.empty_tables(data.read(connection, ledger))
            self._refused = filler.refused
        return conninfo

    def _ours_first(self, base: str) -> Ran:
        more: dict[str, list[str]] = {}
        for first, second in self._found.doubled:
            more.setdefault(second, []).append(first)
        found = self._found
        return self._runs.both(base, found.common, found.ours, found.theirs, more)

    def _theirs_first(self, base: str) -> Ran:
        more: dict[str, list[str]] = {}
        for first, second in self._found.doubled:
            more.setdefault(first, []).append(second)
        found = self._found
        return self._runs.both(base, found.common, found.theirs, found.ours, more)


def _differing(mine: Ran, others: Ran, again: Ran | None) -> Iterator[Clash | str]:
    """Yield what differs; `again` is what the first order leaves when it runs a second time."""
    fickle = set[Key]()
    if again is not None:
        keys = mine.objects.keys() | again.objects.keys()
        fickle = {key for key in keys if mine.objects.get(key) != again.objects.get(key)}
    yield from clashes.of_objects(mine.objects, others.objects, fickle)
    if mine.rows is not None and others.rows is not None:
        yield from clashes.of_data(mine.rows, others.rows, again.rows if again else None)


def _explained(what: str, error: PgproofError) -> PgproofError:
    return PgproofError(f"{what}: {error.message}", hint=error.hint, exit_code=error.exit_code)
