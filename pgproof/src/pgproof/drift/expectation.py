"""What a database should hold: as its ledger has recorded it, or as the migrations make it anew."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql

from pgproof import server
from pgproof.catalogue.grouped import renamed
from pgproof.catalogue.snapshot import Key, Objects
from pgproof.catalogue.statement import MAJOR
from pgproof.connection import connect
from pgproof.errors import InputError, PgproofError, RefusedError
from pgproof.ledger import compare, recording
from pgproof.ledger.reader import Connection, Reader
from pgproof.ledger.tables import Ledger
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from pgproof.run.repeatable import repeatables
from pgproof.scratch.databases import databases
from pgproof.settings import Settings

_APPLIED_BY = """
select applied_by from {schema}.migration_files group by 1 order by count(*) desc, 1 limit 1
"""
_OTHERS = """
select n.nspname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relname = 'objects_state' and c.relkind = 'r' and n.nspname <> %s
 order by 1
"""
_QUOTED = "select quote_ident(current_user), quote_ident(%s)"
_ROLES = """
select rolname, rolcanlogin, rolinherit from pg_catalog.pg_roles where rolname !~ '^pg_'
"""

Prepare = Callable[[str], str]
"""Gets the connection string of a scratch database, and returns the one to migrate it with."""


@dataclass(frozen=True)
class Expectation:
    """The objects that there should be, and the file that last touched each, where that is known.

    `source` says where that is from.
    """

    source: Literal["ledger", "migrations"]
    objects: Objects
    touched: Mapping[Key, str | None]


def recorded(connection: Connection, ledger: Ledger, owner: str | None) -> Expectation | None:
    """Return what the ledger has recorded; None without a record that is whole and comparable."""
    if not recording.is_there(connection, ledger):
        return None
    major = connection.info.server_version // MAJOR
    rows = recording.read(connection, ledger, major, owner)
    if rows is None:
        return None
    objects = {(kind, name): definition for kind, name, definition, _ in rows}
    touched = {(kind, name): migration for kind, name, _, migration in rows}
    return Expectation("ledger", objects, touched)


def beside(connection: Connection, ledger_schema: str) -> list[Expectation]:
    """Return what the ledgers of other projects in the database have recorded, as far as readable.

    Each has the objects alone that a file of the project has touched.
    """
    found = []
    for (schema,) in connection.execute(_OTHERS, [ledger_schema]).fetchall():
        with suppress(psycopg.errors.InsufficientPrivilege):
            other = recorded(connection, Ledger(schema), None)
            if other is not None:
                touched = {key: name for key, name in other.touched.items() if name}
                objects = {key: other.objects[key] for key in touched}
                found.append(replace(other, objects=objects, touched=touched))
    return found


def built(reader: Reader, scratch: str | None, prepare: Prepare) -> Expectation:
    """Apply the migrations that are applied to a scratch database, and return what they make.

    The database is one of the server `scratch`, else of an embedded one of the same version.
    Raises PgproofError.
    """
    with ExitStack() as stack:
        here = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgproof-")))
        settings = _applied(reader, here)
        url = scratch or stack.enter_context(_embedded(reader, here / "data"))
        made = stack.enter_context(databases(url))
        conninfo = prepare(made.create())
        migrate(conninfo, settings, options=Options(allow_out_of_order=True))
        connection = stack.enter_context(connect(conninfo, autocommit=True))
        if connection.info.server_version // MAJOR != _major(reader.connection):
            raise InputError(
                f"--scratch is a server of PostgreSQL {connection.info.server_version // MAJOR}",
                hint=f"Name one of PostgreSQL {_major(reader.connection)}, as the database's is.",
            )
        found = recorded(connection, Ledger(settings.ledger_schema), settings.owner)
        if found is None:
            raise PgproofError("the scratch database has no record of its objects")
        names = dict(connection.execute(_QUOTED, [_applied_by(reader)]).fetchall())
        objects = {key: renamed(one, names) for key, one in found.objects.items()}
        _, last = repeatables(reader.settings, reader.folder)
        files = {one.script.path.name: one.name for one in last}
        touched = {key: files.get(name or "", name) for key, name in found.touched.items()}
        return Expectation("migrations", objects, touched)


def _applied(reader: Reader, here: Path) -> Settings:
    """Put the files that are applied into a folder, and return settings of it."""
    state = reader.known.state
    work = compare.compare(reader.folder, state, allow_out_of_order=True)
    missing = [problem for problem in work.problems if problem.kind in ("missing", "edited")]
    if missing:
        raise RefusedError(
            f"{missing[0].path}: {missing[0].message}",
            hint="What the database should hold cannot be made without the files as they were.",
        )
    folder = here / "migrations"
    folder.mkdir()
    for one in work.ordered:
        if one.id in state.applied:
            (folder / one.path.name).write_bytes(one.script.raw)
            if one.undo:
                shutil.copy(one.undo, folder)
    for path in reader.folder.always:
        shutil.copy(path, folder)
    return reader.settings.of_scratch(folder, ledger_schema=reader.ledger.schema)


@contextmanager
def _embedded(reader: Reader, data: Path) -> Iterator[str]:
    """Start an embedded server with the roles of the database's. Raises PgproofError."""
    url = server.start(data)
    try:
        with connect(url, autocommit=True) as connection:
            major = _major(connection)
            if major != _major(reader.connection):
                raise RefusedError(
                    "the ledger has no complete record of the objects, and the embedded server is"
                    f" PostgreSQL {major}, not {_major(reader.connection)}",
                    hint="Name a server for a scratch database of that version: --scratch URL.",
                )
            for name, is_login, inherits in reader.connection.execute(_ROLES).fetchall():
                if name != connection.info.user:
                    words = ("login" if is_login else "nologin", "" if inherits else "noinherit")
                    role = sql.SQL("create role {} {} {}")
                    connection.execute(role.format(sql.Identifier(name), *map(sql.SQL, words)))
        yield url
    finally:
        server.stop(data)


def _applied_by(reader: Reader) -> str:
    try:
        row = reader.connection.execute(reader.ledger.sql(_APPLIED_BY)).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        row = None
    return str(row[0]) if row else reader.server.user


def _major(connection: Connection) -> int:
    return connection.info.server_version // MAJOR
