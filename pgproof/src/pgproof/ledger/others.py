"""Ledgers in other schemas, met where there is none yet: whose they are is asked, not guessed."""

from typing import NoReturn

import psycopg

from pgproof.connection import Connection
from pgproof.errors import RefusedError
from pgproof.files.folder import Folder
from pgproof.files.script import Migration
from pgproof.ledger import state as states
from pgproof.ledger.compare import resumable
from pgproof.ledger.server import ask, refuse_schema
from pgproof.ledger.tables import COLUMNS, Ledger
from pgproof.settings import ADOPT_NONE, LEDGER_SCHEMA, Settings

FORMER_SCHEMA = "ledger"
"""Where releases before the setting had a default of its own kept their ledgers."""

_LEDGERS = """
select n.nspname,
       exists (select from pg_catalog.pg_class as f
                 join pg_catalog.pg_attribute as a on a.attrelid = f.oid
                where f.relnamespace = n.oid and f.relname = 'migration_files'
                  and a.attname = any (%s)
               having count(*) = %s)
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relname = '_yoyo_migration' and c.relkind = 'r'
 order by 1
"""
_RELATION = """
select c.relname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname = %s
   and c.relkind not in ('i', 'I')
   and not exists (select from pg_catalog.pg_depend as d
                    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      and d.objid = c.oid and d.deptype = 'e')
 order by 1
 limit 1
"""
_TABLES = """
select pg_catalog.format('%%I.%%I', n.nspname, c.relname), pg_catalog.count(*) over ()
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'f', 'v', 'm')
   and n.nspname !~ '^pg_'
   and n.nspname <> 'information_schema'
   and not exists (select from pg_catalog.pg_depend as d
                    where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      and d.objid = c.oid and d.deptype = 'e')
   and not exists (select from pg_catalog.pg_class as ledger
                     join pg_catalog.pg_namespace as s on s.oid = ledger.relnamespace
                    where ledger.relname = '_yoyo_migration' and s.nspname = any (%s))
 order by 1
 limit 3
"""


def refuse_tables(connection: Connection, settings: Settings) -> None:
    """Raise RefusedError for a database that has tables and no ledger, if the settings say so."""
    if not settings.require_empty:
        return
    ledgers = [settings.ledger_schema, settings.adopt, FORMER_SCHEMA]
    rows = connection.execute(_TABLES, [ledgers]).fetchall()
    if rows:
        names = ", ".join(name for name, _ in rows)
        more = f" and {rows[0][1] - len(rows)} more" if rows[0][1] > len(rows) else ""
        info = connection.info
        raise RefusedError(
            f"the database {info.dbname!r} of {info.host}:{info.port} has no ledger of these"
            f" migrations, but tables: {names}{more}",
            hint="Name the right database with --dsn. If the migrations were applied to it before,"
            f" run `{settings.program} baseline`; if they belong beside these tables, say so:"
            " PGPROOF_REQUIRE_EMPTY=false.",
        )


def choose(
    connection: Connection, settings: Settings, folder: Folder, owner: str | None
) -> states.Known | str:
    """Return what is applied where the ledger of the settings is not there yet, or its schema.

    A schema is returned for a ledger of the folder in FORMER_SCHEMA. A ledger of yoyo, which has
    hashes of names alone, is taken over only where `settings.adopt` names it. Raises RefusedError
    for a ledger that may be the folder's, for one that `settings.adopt` should not name, and where
    the schema of the ledger to be made has relations of others.
    """
    own, wanted = settings.ledger_schema, settings.adopt
    known = states.Known(states.State())
    if wanted is None:
        for schema, is_ours in _ledgers(connection):
            if is_ours and schema == own:
                return own  # Another runner has made it meanwhile.
            try:
                if not is_ours:
                    _refuse_yoyos(connection, schema, folder, own)
                elif _is_former(
                    states.read(connection, Ledger(schema), owner), schema, folder, own
                ):
                    return schema
            except psycopg.errors.InsufficientPrivilege as error:
                raise _unreadable(schema) from error
    elif wanted != ADOPT_NONE:
        try:
            known = _adopted(connection, wanted, folder, own)
        except psycopg.errors.InsufficientPrivilege as error:
            raise _unreadable(wanted) from error
    found = connection.execute(_RELATION, [own]).fetchone() if own != wanted else None
    if found is not None:
        if ask(connection, own, settings.owner).has_ledger:
            return own  # Another runner has made it meanwhile.
        refuse_schema(own, found[0])
    return known


def _ledgers(connection: Connection) -> list[tuple[str, bool]]:
    """Return the schemas that have a ledger, and whether it is a runner's, not yoyo's alone."""
    columns = sorted(COLUMNS["migration_files"])
    rows = connection.execute(_LEDGERS, [columns, len(columns)]).fetchall()
    return sorted(rows, key=lambda row: str(row[0]) != FORMER_SCHEMA)


def _is_former(state: states.State, schema: str, folder: Folder, own: str) -> bool:
    """Whether a runner's ledger is to be gone on with. Raises RefusedError if it may be ours."""
    name = next((one.id for one in folder.migrations if _is_in(state, one)), None)
    if (own, schema) != (LEDGER_SCHEMA, FORMER_SCHEMA):
        if name:
            _ask(schema, name, "with the same content", own, f"set ledger_schema to {schema}")
        return False
    known = {*state.applied, *(one for one, _ in state.journal)}
    shared = sorted(known & {migration.id for migration in folder.migrations})
    if shared and not name:
        _ask(schema, shared[0], "with other content", own, f"set ledger_schema to {schema}")
    return name is not None


def _is_in(state: states.State, migration: Migration) -> bool:
    """Whether a ledger has a migration by its name and its content."""
    applied = state.applied.get(migration.id)
    if applied is None:
        steps = state.journal.get((migration.id, "apply"), ())
        return any(one.finished for one in steps) and not resumable(migration.script, steps)
    return applied.raw_sha256 is not None and (
        applied.raw_sha256 == migration.script.raw_sha256
        or applied.code_sha256 == migration.script.code_sha256
    )


def _refuse_yoyos(connection: Connection, schema: str, folder: Folder, own: str) -> None:
    """Raise RefusedError for a ledger of yoyo with a name of the folder's."""
    from pgproof.ledger import adopt

    names = [migration.id for migration in folder.migrations]
    shared = [one for one in adopt.applied_ids(connection, schema, names) if one in names]
    if shared:
        what = "as applied by yoyo, which does not record the content"
        _ask(schema, min(shared), what, own, f"adopt it: --adopt {schema}")


def _adopted(connection: Connection, schema: str, folder: Folder, own: str) -> states.Known:
    """Return what the ledger of yoyo in `schema` says. Raises RefusedError if it is none."""
    ledgers = dict(_ledgers(connection))
    if schema not in ledgers:
        there = ", ".join(name for name, is_ours in ledgers.items() if not is_ours)
        raise RefusedError(
            f"the schema {schema} has no ledger of yoyo",
            hint=f"There is one in {there}." if there else "There is none in this database.",
        )
    if ledgers[schema]:
        raise RefusedError(
            f"the ledger in the schema {schema} is not yoyo's, but one of this runner",
            hint=f"Set ledger_schema to {schema}, or rename the schema to {own}.",
        )
    from pgproof.ledger import adopt

    ids = adopt.applied_ids(connection, schema, [one.id for one in folder.migrations])
    if not ids:
        raise RefusedError(
            f"the ledger of yoyo in the schema {schema} names none of the migrations",
            hint="Name another schema, or none of them: --adopt none.",
        )
    applied = {name: states.Applied(name, None, None, "yoyo") for name in ids}
    return states.Known(states.State(applied=applied), schema)


def _ask(schema: str, name: str, what: str, own: str, remedy: str) -> NoReturn:
    raise RefusedError(
        f"there is no ledger in the schema {own}, and the one in {schema} names {name}, {what}",
        hint=f"If that ledger is of these migrations, {remedy}; if it is another project's, say so:"
        f" --adopt {ADOPT_NONE}.",
    )


def _unreadable(schema: str) -> RefusedError:
    return RefusedError(
        f"the schema {schema} has a ledger, which this user may not read",
        hint="If it is of these migrations, become its owner; if it is another project's, say so:"
        f" --adopt {ADOPT_NONE}.",
    )
