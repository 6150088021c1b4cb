"""Other sessions of the server, named for people."""

from typing import Any

from pgproof.connection import Connection

_COLUMNS = """
select pid, application_name, usename, coalesce(client_addr::text, 'local'),
       extract(epoch from clock_timestamp() - coalesce(xact_start, backend_start))::float8,
       state, query
  from pg_catalog.pg_stat_activity
"""
_BLOCKERS = "where pid = any (pg_catalog.pg_blocking_pids(%s)) order by xact_start"
_HOLDERS = """
 where pid in (select l.pid
                 from pg_catalog.pg_locks as l
                 join pg_catalog.pg_class as c on c.oid = l.relation
                 join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                where (n.nspname = any (%s) or c.relname = '_yoyo_migration')
                  and l.granted and l.mode = 'AccessExclusiveLock'
                  and l.database = (select oid from pg_catalog.pg_database
                                     where datname = current_database()))
 order by xact_start
"""
_LOCKERS = """
 where datname = current_database()
   and pid <> pg_catalog.pg_backend_pid()
   and (application_name = %(name)s
        or pid in (select pid
                     from pg_catalog.pg_locks
                    where locktype = 'advisory' and granted
                      and database = (select oid from pg_catalog.pg_database
                                       where datname = current_database())
                      and (classid, objid) = (%(class)s::oid, %(key)s::oid)))
 order by pid
"""


def describe(row: tuple[Any, ...]) -> str:
    """Name a backend: pid, application, user, client, age, state, query."""
    pid, application, user, client, age, state, query = row
    words = " ".join((query or "").split())
    return (
        f"pid {pid} ({application or 'no application_name'}, {user}, {client}), "
        f"{age:.0f} s old, {state or 'state hidden'}: {words[:72] or 'query hidden'}"
    )


def blockers(connection: Connection, pid: int) -> list[tuple[Any, ...]]:
    """Return the sessions that a backend waits for."""
    return connection.execute(_COLUMNS + _BLOCKERS, [pid]).fetchall()


def holders(connection: Connection, *schemas: str) -> list[tuple[Any, ...]]:
    """Return the sessions whose locks keep others from reading ledgers, of yoyo's, too."""
    return connection.execute(_COLUMNS + _HOLDERS, [list(schemas)]).fetchall()


def lockers(
    connection: Connection, kind: int, key: int, name: str | None = None
) -> list[tuple[Any, ...]]:
    """Return the other sessions that hold an advisory lock, or whose application has the name."""
    values = {"class": kind, "key": key, "name": name}
    return connection.execute(_COLUMNS + _LOCKERS, values).fetchall()
