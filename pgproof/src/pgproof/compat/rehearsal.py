"""A dry run's rehearsal: what is pending runs on a scratch copy, and bodies of functions go on."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace

import psycopg

from pgproof.compat import schema
from pgproof.compat.afterwards import run_after
from pgproof.compat.bodies import Bodies
from pgproof.compat.observer import Observer
from pgproof.compat.seen import Refusal
from pgproof.compat.statements import Statement
from pgproof.connection import connect
from pgproof.errors import SIGNALLED, Exit, PgproofError
from pgproof.files.folder import Folder, read
from pgproof.files.script import Script
from pgproof.ledger import compare
from pgproof.ledger.reader import Reader, reading
from pgproof.report import Reporter, silent
from pgproof.run.interrupt import interruptible
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from pgproof.run.repeatable import Repeatable, repeatables
from pgproof.scratch import copies
from pgproof.scratch.databases import databases
from pgproof.scratch.source import Source, base
from pgproof.settings import Settings
from pgproof.sql.parser import tree
from pgproof.trace.shared import CREATES, is_shared

_OPTIONS = Options(allow_out_of_order=True, record=False)
_MAY = """
select pg_catalog.pg_is_in_recovery(), rolcreatedb or rolsuper
  from pg_catalog.pg_roles where rolname = current_user
"""


@dataclass(frozen=True)
class Broken:
    """A statement in the body of a function that the server takes before, and refuses after."""

    function: str
    sql: str
    message: str
    sqlstate: str


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal found. `omitted` is why there was none."""

    copied: str | None = None
    omitted: str | None = None
    applied: Sequence[str] = ()
    repeated: Sequence[str] = ()
    statements: int = 0
    broken: Sequence[Broken] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> Exit:
        """INCOMPATIBLE if a function breaks."""
        return Exit.INCOMPATIBLE if self.broken else Exit.OK

    def as_dict(self) -> dict[str, object]:
        """Return the fields for JSON."""
        return asdict(self)


def rehearse(
    conninfo: str,
    settings: Settings,
    *,
    report: Reporter = silent,
    prepare: copies.Prepare = str,
) -> Rehearsal | None:
    """Apply what is pending, and the repeatable files, to a scratch copy of the database.

    Before and after, the statements in the bodies of its functions are prepared. Nothing of the
    database is changed; the copy is made on its server, and dropped. None if nothing is to be done.
    Raises PgproofError naming file, line and statement for one that fails.
    """
    began = time.monotonic()
    folder = read(settings.migrations, settings.program)
    settings = replace(settings, require_reviewed=False)
    with reading(conninfo, settings, folder) as reader:
        work = compare.compare(folder, reader.known.state, allow_out_of_order=True)
        first, last = _due(reader, folder)
        if not (work.pending or first or last):
            return None
        omitted = _omitted(reader, work, first, last)
    if omitted:
        return Rehearsal(omitted=omitted)
    pending = {one.id for one in work.pending}
    before = [one for one in work.ordered if one.id not in pending]
    with interruptible(), databases(conninfo) as made:
        try:
            if before or copies.has_objects(conninfo):
                copied, found = base(made, conninfo, settings, before, Source(), prepare)
            else:
                copied, found = "an empty database", made.create()
            connection = connect(found, autocommit=True, prepare_threshold=None)
        except (PgproofError, psycopg.Error) as error:
            return Rehearsal(omitted=f"no scratch copy can be made: {_said(error)}")
        with closing(connection):
            run_after(found, settings)
            looked = _Functions(connection)
            worked = looked.refusals()
            own = prepare(found)
            if not copied.startswith("the database"):
                settings = replace(settings, adopt=None)
            try:
                done = migrate(own, settings, report, _OPTIONS)
            except PgproofError as error:
                if error.exit_code in SIGNALLED:
                    raise
                raise PgproofError(
                    f"on a copy of {copied}: {error.message}",
                    hint="Correct it and run the dry run again; only the copy was changed.",
                    exit_code=error.exit_code,
                ) from error
            broken = tuple(looked.broken(worked))
    return Rehearsal(
        copied=copied,
        applied=done.applied,
        repeated=done.repeated,
        statements=len(worked),
        broken=broken,
        seconds=round(time.monotonic() - began, 3),
    )


class _Functions:
    """The statements in the bodies of all functions of a database, as it changes."""

    def __init__(self, connection: psycopg.Connection):
        self._connection = connection
        self._observer = Observer(connection, None, is_run=False)
        self._bodies = Bodies(self._observer)

    def refusals(self) -> Mapping[Statement, Refusal | None]:
        """Return what the server says now against each statement that it once took."""
        now = schema.read(self._connection)
        return {one: self._refusal(one) for one in self._bodies.every(now)}

    def _refusal(self, statement: Statement) -> Refusal | None:
        refused = self._observer.refuses(statement, statement.sql)
        return Refusal(*refused[:2]) if refused else None

    def broken(self, worked: Mapping[Statement, Refusal | None]) -> Iterator[Broken]:
        """Yield the statements that worked before, are still there, and are refused now."""
        for one, refusal in self.refusals().items():
            if refusal and one in worked and worked[one] is None:
                yield Broken(one.name, one.sql, refusal.message, refusal.sqlstate)


def _due(reader: Reader, folder: Folder) -> tuple[list[Repeatable], list[Repeatable]]:
    state = reader.known.state
    first, last = repeatables(reader.settings, folder)
    return [one for one in first if one.is_due(state)], [one for one in last if one.is_due(state)]


def _omitted(
    reader: Reader, work: compare.Work, first: Sequence[Repeatable], last: Sequence[Repeatable]
) -> str | None:
    """Return why nothing is rehearsed; None if it can be, and changes the copy alone."""
    is_standby, may = reader.connection.execute(_MAY).fetchone() or (False, False)
    if is_standby:
        return "a standby takes no database for a copy"
    if not may:
        return f"{reader.connection.info.user} may not create a database on this server"
    if first:
        return f"{first[0].name} is due, which comes before all and may change the whole server"
    for script in (*(one.script for one in work.pending), *(one.script for one in last)):
        line = _shared(script)
        if line:
            return f"{script.path.name}:{line} changes the whole server, and not the database alone"
    return None


def _shared(script: Script) -> int | None:
    """Return the line of a statement that changes what databases share."""
    for statement in script.statements:
        root = tree(statement.sql)
        if root.is_a(CREATES) or is_shared(root, ()):
            return statement.line
    return None


def _said(error: Exception) -> str:
    return error.message if isinstance(error, PgproofError) else str(error).splitlines()[0]
