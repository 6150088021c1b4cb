"""Tracing what is pending: each file on copies of the database as the files before it leave it."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pgproof.connection import connect
from pgproof.errors import InputError, PgproofError
from pgproof.files.folder import read
from pgproof.files.script import Migration, load
from pgproof.ledger import compare
from pgproof.ledger.reader import reading
from pgproof.report import Reporter, silent
from pgproof.scratch import copies
from pgproof.scratch.databases import Databases, databases
from pgproof.settings import Settings
from pgproof.trace.deadlocks import between
from pgproof.trace.file import Tracer
from pgproof.trace.records import Trace, TracedFile

Look = Callable[[str], None]
"""Gets the connection string of a copy, to look at it."""
_SMALL = 100_000_000
"""Bytes up to which a database is copied without being asked to."""
_ROLE = "select exists (select from pg_catalog.pg_roles where rolname = %s)"


@dataclass(frozen=True)
class Source:
    """What the scratch copies are made of.

    By default the database itself if it has objects and is small, or has no ledger, else the
    migrations that are applied. `template` names a database of the server, `schema_of` one of any
    server; with `replay` the migrations are applied in any case.
    """

    template: str | None = None
    schema_of: str | None = None
    replay: bool = False


def trace(
    conninfo: str,
    settings: Settings,
    source: Source | None = None,
    only: Sequence[str] = (),
    queries: Path | None = None,
    report: Reporter = silent,
    prepare: copies.Prepare = str,
    *,
    scratch: str | None = None,
    look: Look | None = None,
) -> Trace:
    """Run every pending statement on scratch copies, and measure it.

    The database of `conninfo` is read, and nothing in it is changed; copies are made on its server
    and dropped. With `only`, the other pending files are run, and not measured. `queries` is a file
    of what an application asks meanwhile. `prepare` is called as it is before migrations are
    applied. `scratch` names another server for the copies; `look` is called with the copy before
    the first file, and after each that was run. Raises RefusedError for everything that `migrate`
    would refuse.
    """
    from pgproof.ahead.plan import plan

    findings = {file.id: file.findings for file in plan(conninfo, settings).files}
    folder = read(settings.migrations, settings.program)
    with reading(conninfo, settings, folder) as reader:
        work = compare.compare(folder, reader.known.state, allow_out_of_order=True)
        version = reader.connection.info.parameter_status("server_version") or ""
    pending = {one.id for one in work.pending}
    unknown = [one for one in only if one not in pending]
    if unknown:
        raise InputError(
            f"{unknown[0]!r} is not pending",
            hint=f"`{settings.program} status` shows which files are.",
        )
    before = [one for one in work.ordered if one.id not in pending]
    beside = load(queries) if queries else None
    files: list[TracedFile] = []
    look = look or (lambda _conninfo: None)
    with databases(scratch or conninfo) as made:
        copied, first = base(made, conninfo, settings, before, source or Source(), prepare)
        role = _role(first, settings)
        tracer = Tracer(made, first, settings, role, report, beside)
        look(first)
        for migration in work.pending:
            if only and migration.id not in only:
                tracer.apply(migration)
                look(tracer.base)
                continue
            files.append(tracer.trace(migration, findings[migration.id]))
            if files[-1].failure:
                break
            look(tracer.base)
    return Trace(copied, version, between(files))


def base(
    made: Databases,
    conninfo: str,
    settings: Settings,
    before: Sequence[Migration],
    source: Source,
    prepare: copies.Prepare,
) -> tuple[str, str]:
    """Return what the copies are of, in words, and the first of them."""
    if source.template:
        found = copies.of_database(made, source.template)
        return f"the database {source.template}, with its data", found
    if source.schema_of:
        return "a schema, by pg_dump", copies.of_schema(made, source.schema_of)
    name = copies.database_of(conninfo)
    is_small = copies.bytes_of(conninfo) <= _SMALL
    if not source.replay and copies.has_objects(conninfo) and (is_small or not before):
        try:
            return f"the database {name}, with its data", copies.of_contents(made, conninfo, name)
        except PgproofError:
            if not before:
                raise
    return f"{len(before)} migrations", copies.of_migrations(made, settings, before, prepare)


def _role(conninfo: str, settings: Settings) -> str | None:
    if not settings.owner:
        return None
    with closing(connect(conninfo, autocommit=True)) as connection:
        exists = connection.execute(_ROLE.encode(), [settings.owner]).fetchall()[0][0]
    return settings.owner if exists else None
