"""What a superuser does of a migration, before he hands over to the role that migrates."""

from typing import Any

import psycopg
from psycopg import sql

from pgproof.ledger.others import refuse_tables
from pgproof.reviewed.check import covered_bytes
from pgproof.run import repeatable
from tooling.database import connect, is_superuser, lesser, resolve
from tooling.errors import ToolingError
from tooling.settings import Settings

# 'tooling superuser' to a person reading pg_locks: two at once would change the same rows.
_LOCK = "select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('tooling.before', 0))"
# A ledger that was made by a superuser, before superusers handed over, is the owner's now.
_LEDGER = """
select c.oid::regclass::text
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  join pg_roles as r on r.oid = c.relowner
 where n.nspname = %s
   and c.relkind = 'r'
   and r.rolsuper
"""


def prepared(dsn: str | None, settings: Settings) -> str:
    """Return the connection string to migrate with.

    A superuser runs the files that come before the migrations, which are the program's, and the
    migrations run as `settings.migrator`: they meet triggers, defaults and functions of whoever
    owns the database. Anybody else migrates as he is. Raises RefusedError if the
    migrator cannot log in, and PgproofError for files that a review must cover and none does.
    """
    conninfo = resolve(dsn)
    if settings.migrator is None:
        return conninfo
    with connect(conninfo) as connection:
        refuse_tables(connection, settings)
        if settings.require_reviewed:
            first = repeatable.load(settings.before, settings.root, None)
            covered_bytes(settings, {one.name: one.script.raw_sha256 for one in first})
        if is_superuser(connection):
            _run_before(connection, settings)
    return as_migrator(conninfo, settings)


def as_migrator(dsn: str | None, settings: Settings) -> str:
    """Return the connection string to read and write the ledger with: no superuser's."""
    return lesser(dsn, settings.migrator) if settings.migrator else resolve(dsn)


def _run_before(connection: psycopg.Connection[Any], settings: Settings) -> None:
    connection.execute(_LOCK)
    for file in settings.before:
        try:
            connection.execute(file.read_bytes())
        except (psycopg.Error, OSError) as error:
            raise ToolingError(f"{file}: {str(error).strip()}") from error
    connection.execute("set local search_path = pg_catalog, pg_temp")
    tables = connection.execute(_LEDGER, [settings.ledger_schema]).fetchall()
    if not tables or settings.owner is None:
        return
    owner = sql.Identifier(settings.owner)
    schema = sql.Identifier(settings.ledger_schema)
    connection.execute(sql.SQL("alter schema {} owner to {}").format(schema, owner))
    for (table,) in tables:
        connection.execute(sql.SQL("alter table {} owner to {}").format(sql.SQL(table), owner))
