"""What the server is, asked in one round trip."""

from dataclasses import dataclass
from typing import Any, NoReturn

import psycopg

from pgproof.errors import RefusedError
from pgproof.ledger.tables import COLUMNS

Connection = psycopg.Connection[Any]
OLDEST = 160000

_QUESTIONS = """
select pg_catalog.pg_backend_pid(),
       pg_catalog.pg_is_in_recovery(),
       (select pg_catalog.json_object_agg(c.relname, array(
                   select a.attname from pg_catalog.pg_attribute as a
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
          from pg_catalog.pg_class as c
          join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
         where n.nspname = %(schema)s and c.relname = any (%(tables)s)),
       (select pg_catalog.pg_has_role(session_user, oid, 'set')
          from pg_catalog.pg_roles where rolname = %(owner)s),
       pg_catalog.has_database_privilege(coalesce(
           (select rolname from pg_catalog.pg_roles where rolname = %(owner)s), session_user),
           current_database(), 'create')
"""


@dataclass(frozen=True)
class Server:
    """`owner` is the role to take, if it is set and exists."""

    pid: int
    is_standby: bool
    has_ledger: bool
    owner: str | None
    owner_may_create: bool
    may_take_owner: bool
    user: str


def ask(connection: Connection, ledger_schema: str, owner: str | None) -> Server:
    """Ask. Raises RefusedError for a server too old, and for tables that are not a ledger's."""
    version = connection.info.server_version
    if version < OLDEST:
        raise RefusedError(
            f"the server is PostgreSQL {version // 10000}",
            hint=f"PostgreSQL {OLDEST // 10000} or newer is needed.",
        )
    values = {"schema": ledger_schema, "owner": owner, "tables": list(COLUMNS)}
    row = connection.execute(_QUESTIONS, values).fetchone()
    if row is None:
        raise AssertionError
    pid, standby, tables, may_set, may_create = row
    return Server(
        pid=pid,
        is_standby=standby,
        has_ledger=_is_ledger(ledger_schema, tables or {}),
        owner=None if may_set is None else owner,
        owner_may_create=may_create,
        may_take_owner=may_set is not False,
        user=connection.info.user,
    )


def _is_ledger(schema: str, tables: dict[str, list[str]]) -> bool:
    """Whether our tables are there. Raises RefusedError for others of their names."""
    if all(columns <= set(tables.get(name, ())) for name, columns in COLUMNS.items()):
        return True
    if tables:
        refuse_schema(schema, min(tables))
    return False


def refuse_schema(schema: str, relation: str) -> NoReturn:
    """Raise RefusedError for a schema that is not the ledger's own."""
    raise RefusedError(
        f"the schema {schema}, meant for the ledger, has {relation}, which is not the runner's",
        hint="Set ledger_schema to one that is the runner's alone; if it is missing, it is made.",
    )


def refuse_to_write(server: Server) -> None:
    """Raise RefusedError on a server in recovery, or for a user who may not take the owner role."""
    if not server.may_take_owner:
        raise RefusedError(
            f"user {server.user!r} may not take the role {server.owner!r}",
            hint=f"As an administrator: grant {server.owner} to {server.user};",
        )
    if server.is_standby:
        raise RefusedError(
            "the server is a standby, which takes no writes", hint="Name the primary with --dsn."
        )
