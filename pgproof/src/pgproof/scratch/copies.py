"""What a scratch database begins with: the migrations before, a dump of a schema, or a database."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from pgproof import server
from pgproof.connection import connect
from pgproof.errors import InputError, PgproofError
from pgproof.files.script import Migration
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from pgproof.run.rollback import rollback
from pgproof.scratch.databases import Databases
from pgproof.settings import Settings

Prepare = Callable[[str], str]
"""What a program does with a connection string before it applies migrations."""
_BYTES = "select pg_catalog.pg_database_size(pg_catalog.current_database())"
_NOTHING = "-- Nothing comes before.\nselect 1;\n"
_OBJECTS = """
select exists (
    select from pg_catalog.pg_class as c
      join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     where c.oid >= 16384
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
       and not exists (select from pg_catalog.pg_depend as d
                        where d.objid = c.oid and d.deptype = 'e'))
"""


def of_migrations(
    made: Databases, settings: Settings, before: Sequence[Migration], prepare: Prepare = str
) -> str:
    """Make a database to which those migrations, and the files of `before`, are applied.

    `prepare` returns the connection string to apply them with. Raises PgproofError like `migrate`.
    """
    conninfo = made.create()
    with tempfile.TemporaryDirectory(prefix="pgproof-") as folder:
        here = Path(folder)
        for one in before:
            put(here, one)
        if not before:
            (here / "0.sql").write_text(_NOTHING, encoding="utf-8")
            (here / "0.rollback.sql").write_text(_NOTHING, encoding="utf-8")
        alone = settings.of_scratch(here, after=())
        own = prepare(conninfo)
        migrate(own, alone, options=Options(allow_out_of_order=True))
        if not before:
            rollback(own, alone)
    return conninfo


def put(folder: Path, migration: Migration) -> None:
    """Write a migration, and its rollback file, into a folder."""
    (folder / migration.path.name).write_bytes(migration.script.raw)
    if migration.undo:
        shutil.copy(migration.undo, folder)


def of_database(made: Databases, name: str) -> str:
    """Make a database that is a copy of another of this server, with its data."""
    return made.create(template=name)


def of_contents(made: Databases, source: str, name: str) -> str:
    """Make a database that is a copy of `source`, whose name is `name`, though it may be in use.

    Raises InputError without pg_dump, PgproofError if it or psql fails.
    """
    if made.is_of(source):
        if not made.is_in_use(name):
            return made.create(template=name)
        return of_schema(made, source, with_data=True, like=name)
    return of_schema(made, source, with_data=True)


def of_schema(
    made: Databases, source: str, *, with_data: bool = False, like: str | None = None
) -> str:
    """Make a database with the schema of `source`, of any server, as pg_dump writes it.

    Raises InputError without pg_dump, ConnectionFailedError if nobody answers there, and
    PgproofError if pg_dump or psql fails.
    """
    connect(source).close()
    conninfo = made.create(like=like)
    dumped = _run(
        "pg_dump",
        *(() if with_data else ("--schema-only",)),
        *(() if made.is_superuser() else ("--no-owner",)),
        "--no-subscriptions",
        f"--dbname={source}",
    )
    _run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", f"--dbname={conninfo}", given=dumped)
    return conninfo


def has_objects(conninfo: str) -> bool:
    """Whether a database has relations that belong to no extension."""
    with connect(conninfo, autocommit=True) as connection:
        return bool(connection.execute(_OBJECTS.encode()).fetchall()[0][0])


def bytes_of(conninfo: str) -> int:
    """Return the size of a database."""
    with connect(conninfo, autocommit=True) as connection:
        return int(connection.execute(_BYTES).fetchall()[0][0])


def database_of(conninfo: str) -> str:
    """Return the name of the database that a connection string leads to."""
    name = conninfo_to_dict(conninfo).get("dbname")
    if name:
        return str(name)
    with connect(conninfo, autocommit=True) as connection:
        return connection.info.dbname


def _run(name: str, *arguments: str, given: bytes | None = None) -> bytes:
    environment = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
    done = subprocess.run(  # noqa: S603
        [program(name), *arguments],
        input=given,
        capture_output=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        said = next(iter(done.stderr.decode(errors="replace").splitlines()), "no message")
        raise PgproofError(
            f"{name} failed: {said}",
            hint="Make the copy with the role that owns the objects, or from the migrations.",
        )
    return done.stdout


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL. Raises InputError if there is none."""
    found = server.program(name) or shutil.which(name)
    if found is None:
        raise InputError(
            f"{name} is not installed",
            hint="Install PostgreSQL's client programs, or copy a database with --template.",
        )
    return str(found)
