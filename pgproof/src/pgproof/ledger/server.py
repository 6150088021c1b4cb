"""What the server is, asked in one round trip."""

from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.errors import RefusedError

Connection = psycopg.Connection[Any]
OLDEST = 160000
FORMER_SCHEMA = "ledger"
"""Where releases before the setting had a default of its own kept their ledgers."""

_QUESTIONS = """
select pg_catalog.pg_backend_pid(),
       pg_catalog.pg_is_in_recovery(),
       exists (select from pg_catalog.pg_class as c
                 join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                where n.nspname = %(schema)s and c.relname = 'migration_files'),
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
    """Ask. Raises RefusedError for a server too old."""
    version = connection.info.server_version
    if version < OLDEST:
        raise RefusedError(
            f"the server is PostgreSQL {version // 10000}",
            hint=f"PostgreSQL {OLDEST // 10000} or newer is needed.",
        )
    row = connection.execute(_QUESTIONS, {"schema": ledger_schema, "owner": owner}).fetchone()
    if row is None:
        raise AssertionError
    pid, standby, has_ledger, may_set, may_create = row
    return Server(
        pid=pid,
        is_standby=standby,
        has_ledger=has_ledger,
        owner=None if may_set is None else owner,
        owner_may_create=may_create,
        may_take_owner=may_set is not False,
        user=connection.info.user,
    )


def only_former(connection: Connection, schema: str) -> bool:
    """Whether there is a ledger in FORMER_SCHEMA and none in `schema`."""
    rows = connection.execute(
        "select n.nspname from pg_catalog.pg_class as c"
        "  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace"
        " where c.relname = 'migration_files' and n.nspname in (%s, %s)",
        [schema, FORMER_SCHEMA],
    ).fetchall()
    return rows == [(FORMER_SCHEMA,)]


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
