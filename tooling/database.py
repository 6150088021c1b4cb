"""Which server a command talks to, and how it connects."""

import os
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import tuple_row

from pgproof import connection as runner
from tooling.errors import ConnectionFailedError, NoLesserRoleError, RefusedError

Connection = psycopg.Connection[Any]
_ASKED: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()
_ADDRESS = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT"}
OWNER = "eagle_owner"
MIGRATOR = "eagle_migrator"
"""The role that owns every object of the database, and the login role that may become it."""

# Names no function, operator or type that is looked up anywhere but in pg_catalog.
_IS_GREAT = """
select exists (
           select
             from pg_catalog.pg_roles as r
            where (r.rolsuper
                   or r.rolname operator(pg_catalog.=) any (
                       '{pg_execute_server_program,pg_read_server_files,pg_write_server_files}'
                       ::pg_catalog.name[]
                   ))
              and pg_catalog.pg_has_role(session_user, r.oid, 'member')
       )
   and exists (
           select
             from pg_catalog.pg_roles as r
            where r.rolname operator(pg_catalog.=) %(role)s::pg_catalog.name
       )
"""

_MAY_SET = """
select pg_catalog.pg_has_role(session_user, r.oid, 'set')
  from pg_catalog.pg_roles as r
 where r.rolname operator(pg_catalog.=) %(role)s::pg_catalog.name
"""


def resolve(dsn: str | None = None) -> str:
    """Return the libpq connection string to use.

    The order is: `dsn`, DATABASE_URL, the PG* variables, the running embedded server.
    Raises ConnectionFailedError if none of them is there.
    """
    found = runner.given(dsn)
    if found is not None:
        return found
    from tooling.server import embedded
    from tooling.settings import find_root

    if url := embedded.running_url():
        return url
    raise ConnectionFailedError(
        f"no database to connect to: the embedded server of {find_root()} does not run",
        hint="Start it with `tooling db start`, or give --dsn or DATABASE_URL.",
    )


def work_for(connection: Connection, account: str, token: str | None = None) -> None:
    """Set the connection's transaction to an account, whose rows are then those it sees.

    `token` is accounts.token()'s, where accounts must be signed. Without it, by a statement, since
    the nodes of a distributed database hear of no call of set_config().
    """
    if token is None:
        connection.execute(sql.SQL("set local app.account_id = {}").format(account))
    else:
        connection.execute("select app.begin_work(%s, %s, %s)", [account, "tooling", token])


def connect(dsn: str | None = None, *, role: str | None = None, **options: Any) -> Connection:
    """Open a connection to the resolved server. Raises ConnectionFailedError and RefusedError.

    `role` is the one that the work needs: a superuser is logged in as it instead, since what the
    work calls may be code of whoever owns the database, and would do anything as a superuser (SET
    ROLE does not help: the code can reset it). Others stay who they are. Without `role`, a
    superuser's session finds names in pg_catalog only. `options` are psycopg's own (`autocommit`,
    `row_factory`) and libpq's keywords.
    """
    conninfo = resolve(dsn)
    connection = _open(conninfo, options)
    if role is None or not _is_great(connection, role):
        return connection
    user = connection.info.user
    connection.close()
    return _open(_instead(conninfo, role, user), options)


def connect_owner(dsn: str | None = None, **options: Any) -> Connection:
    """Open a connection that acts as the owner of the database's objects.

    A superuser is logged in as MIGRATOR. Raises ConnectionFailedError and RefusedError.
    """
    connection = connect(dsn, role=MIGRATOR, **options)
    try:
        become_owner(connection)
        if not connection.autocommit:
            connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def become_owner(connection: Connection, *, local: bool = False, required: bool = True) -> None:
    """Act as OWNER from here on, or with `local` until the transaction ends.

    Whose login has the right to SET ROLE to it becomes it. Any other is refused, or with
    `required` off stays what it is: its own grants are then what counts. So does everybody on a
    server without that role. Raises RefusedError.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(_MAY_SET, {"role": OWNER}).fetchone()
    if found == (True,):
        scope = sql.SQL("local " if local else "")
        connection.execute(sql.SQL("set {}role {}").format(scope, sql.Identifier(OWNER)))
    elif found and required:
        raise RefusedError(
            f"{connection.info.user} is not allowed to SET ROLE {OWNER}",
            hint=f"Connect as {MIGRATOR}.",
        )


def lesser(dsn: str | None, role: str) -> str:
    """Return the connection string with which `connect` reaches the server for work of `role`.

    Raises RefusedError if a superuser cannot log in as the role. On a server that does not have the
    role there is no such owner either: the string stays as it is.
    """
    conninfo = resolve(dsn)
    with _open(conninfo, {"autocommit": True}) as connection:
        is_great = _is_great(connection, role)
        user = connection.info.user
    return _instead(conninfo, role, user) if is_great else conninfo


def parameters(connection: Connection) -> dict[str, str]:
    """Return the parameters with which to connect again to whichever server was asked for.

    Those of the connection itself name one of several servers, by the address that it had then.
    """
    found = connection.info.get_parameters()
    asked = conninfo_to_dict(_ASKED.get(connection, ""))
    address = {key: asked.get(key) or os.environ.get(name) for key, name in _ADDRESS.items()}
    if not address["host"]:
        return found
    kept = {key: value for key, value in found.items() if key not in _ADDRESS}
    return {**{key: str(value) for key, value in address.items() if value}, **kept}


def is_superuser(connection: Connection) -> bool:
    """Tell whether the session's role is a superuser, as the server said at login."""
    return connection.info.parameter_status("is_superuser") == "on"


def _is_great(connection: Connection, role: str) -> bool:
    """Tell whether the login is, or may become, a superuser, and there is `role` to be instead."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(_IS_GREAT, {"role": role}).fetchone()
    if not connection.autocommit:
        connection.commit()
    return found == (True,)


def _instead(conninfo: str, role: str, user: str) -> str:
    url = as_role(conninfo, role)
    try:
        psycopg.connect(url, application_name="tooling").close()
    except psycopg.OperationalError as error:
        raise NoLesserRoleError(
            f"{user} is, or may become, a superuser, and cannot log in as {role} instead:"
            f" {str(error).strip().splitlines()[-1]}",
            hint=f"Connect as {role}, or put its password into PGPASSFILE; see"
            " docs/how-to/secure-connections.md",
        ) from error
    return url


def as_role(conninfo: str, role: str) -> str:
    """Return the connection string for another role; the password is not that role's."""
    kept = {k: str(v) for k, v in conninfo_to_dict(conninfo).items() if k != "password"}
    return make_conninfo(**{**kept, "user": role})


def _open(conninfo: str, options: Mapping[str, Any]) -> Connection:
    connection = runner.connect(conninfo, **{"application_name": "tooling", **options})
    _ASKED[connection] = conninfo
    if is_superuser(connection):
        connection.execute("set search_path = pg_catalog, pg_temp")
        if not connection.autocommit:
            connection.commit()
    return connection
