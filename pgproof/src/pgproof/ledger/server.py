"""What the server is, asked in one round trip."""

from dataclasses import dataclass
from typing import NoReturn

from psycopg import sql

from pgproof.connection import Connection
from pgproof.errors import RefusedError
from pgproof.ledger.tables import COLUMNS

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
           current_database(), 'create'),
       coalesce((select pg_catalog.has_schema_privilege(session_user, oid, 'create')
                   from pg_catalog.pg_namespace where nspname = %(schema)s),
                pg_catalog.has_database_privilege(session_user, current_database(), 'create')),
       exists (select from pg_catalog.pg_namespace where nspname = %(schema)s),
       (select source from pg_catalog.pg_settings
         where name = 'default_transaction_read_only' and setting = 'on'),
       current_database()
"""


@dataclass(frozen=True)
class Server:
    """`owner` is the role to take, if it is set and exists.

    `may_create_ledger`: the user or the owner may make its schema and tables, or they are there.
    `read_only` says what has made the sessions of this user read-only, if they are.
    """

    pid: int
    is_standby: bool
    has_ledger: bool
    owner: str | None
    owner_may_create: bool
    may_take_owner: bool
    may_create_ledger: bool
    read_only: str | None
    user: str
    database: str


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
    pid, standby, tables, may_set, may_create, user_may, has_schema, read_only, name = row
    has_ledger = _is_ledger(ledger_schema, tables or {})
    return Server(
        pid=pid,
        is_standby=standby,
        has_ledger=has_ledger,
        owner=None if may_set is None else owner,
        owner_may_create=may_create,
        may_take_owner=may_set is not False,
        may_create_ledger=has_ledger or user_may or (may_create and not has_schema),
        read_only=read_only,
        database=name,
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


def refuse_to_write(server: Server, schema: str, owner: str | None) -> None:
    """Raise RefusedError for a server, a database or a user that cannot be written to, or write.

    `owner` is the role that the settings name.
    """
    if not server.may_take_owner:
        raise RefusedError(
            f"user {server.user!r} may not take the role {owner!r}",
            hint=f"As an administrator: grant {owner} to {server.user};",
        )
    if server.is_standby:
        raise RefusedError(
            "the server is a standby, which takes no writes", hint="Name the primary with --dsn."
        )
    if server.read_only is not None:
        raise RefusedError(
            f"the database {server.database!r} is read-only: default_transaction_read_only is on"
            f" (source: {server.read_only})",
            hint="Set it off, or override it for one command by the variable"
            " PGOPTIONS='-c default_transaction_read_only=off'",
        )
    if not server.may_create_ledger:
        user, database = (
            sql.Identifier(name).as_string() for name in (server.user, server.database)
        )
        raise RefusedError(
            f"user {server.user!r} may not make the ledger, the schema {schema!r} and its tables",
            hint=f"As an administrator: grant create on database {database} to {user}; or make the"
            " schema for that user.",
        )
