"""The objects of the database as the runner leaves them, kept in the ledger: statements as text.

A run notes what differs from the record when it begins, and adds at its end what it has changed:
what others change stays out of the record, also where a run is interrupted.
"""

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from pgproof.catalogue import statement
from pgproof.ledger.tables import Ledger

Connection = psycopg.Connection[Any]
Record = Callable[[Connection], str]
"""What the statements are that write a record, asked of the session that is to run them."""

SETTINGS = "set local lock_timeout = '200ms'; set local statement_timeout = 0;" + statement.SETTINGS
"""Nothing is waited for long: the file that the record is written with holds locks."""
_THERE = """
select exists (select from pg_catalog.pg_class as c
                 join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                where n.nspname = %s and c.relname = 'objects_state')
"""
_STATE = "select major, is_complete from {schema}.objects_state"
_NEXT = """
select pg_catalog.mod(
           pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::numeric, 4294967296)
"""
_ROWS = "select kind, name, definition, migration_id from {schema}.objects"
_WHOLE = """
, gone as (
    delete from {schema}.objects as o
     where not exists (select from present as p where (p.kind, p.name) = (o.kind, o.name))
)
insert into {schema}.objects (kind, name, definition)
select kind, name, definition from present
on conflict (kind, name) do update set definition = excluded.definition;
delete from {schema}.objects_before;
insert into {schema}.objects_state (major, is_complete) values ({major}, {complete})
on conflict (place) do update
   set major = excluded.major, is_complete = excluded.is_complete, recorded_at = default
"""
_BEFORE = """
insert into {schema}.objects_before (kind, name, definition)
select kind, name, p.definition
  from present as p
  full join {schema}.objects as o using (kind, name)
 where p.definition is distinct from o.definition;
update {schema}.objects_state set is_complete = false
"""
_CHANGED = """
, before as (
    select kind, name, definition
      from {schema}.objects as o
     where not exists (select from {schema}.objects_before as b
                        where (b.kind, b.name) = (o.kind, o.name))
     union all
    select kind, name, definition from {schema}.objects_before where definition is not null
), changed as (
    select kind, name, p.definition, p.age
      from present as p
      full join before as b using (kind, name)
     where p.definition is distinct from b.definition
), gone as (
    delete from {schema}.objects
     where (kind, name) in (select kind, name from changed where definition is null)
), ran as (
    -- What a file in a transaction has made is as old as its row, or younger.
    select name, age(coalesce(f.since::xid, m.xmin, r.xmin)) as age
      from unnest({names}::text[], {since}::text[]) as f (name, since)
      left join {schema}.migration_files as m on m.migration_id = f.name
      left join {schema}.repeatables as r using (name)
)
insert into {schema}.objects (kind, name, definition, migration_id)
select kind, name, definition,
       coalesce((select r.name from ran as r where r.age >= c.age order by r.age limit 1),
                {last})
  from changed as c
 where definition is not null
on conflict (kind, name) do update
   set definition = excluded.definition, migration_id = excluded.migration_id;
delete from {schema}.objects_before;
update {schema}.objects_state set is_complete = true, recorded_at = default
"""


def is_there(connection: Connection, ledger: Ledger) -> bool:
    """Whether the ledger has tables for the record: those of earlier releases have none."""
    found = connection.execute(_THERE, [ledger.schema]).fetchone()
    return found == (True,)


def begin(connection: Connection, ledger: Ledger, owner: str | None) -> Record | None:
    """Return what notes the objects before a run; None where an interrupted one has.

    Without a record yet, or with one of another major version, all is recorded as it is.
    """
    state = _state(connection, ledger, owner)
    major = connection.info.server_version // statement.MAJOR
    if state is None or state[0] != major:
        return _record(ledger, _WHOLE, major=major, complete=False)
    return _record(ledger, _BEFORE) if state[1] else None


def is_begun(connection: Connection, ledger: Ledger, owner: str | None) -> bool:
    """Whether a run has noted the objects before it. Writes nothing."""
    state = _state(connection, ledger, owner)
    return state is not None and not state[1]


def next_transaction(connection: Connection) -> str:
    """Return the number that the next transaction will have at the least. Writes nothing."""
    found = connection.execute(_NEXT).fetchone()
    return str(found[0] if found else "")


def finish(ledger: Ledger, ran: Sequence[tuple[str, str | None]]) -> Record:
    """Return what adds the changes of a run to the record, within its last transaction.

    `ran` names its files in order, with the first transaction of one that ran without one of its
    own.
    """
    names, since = [name for name, _ in ran], [first for _, first in ran]
    return _record(ledger, _CHANGED, names=names, since=since, last=names[-1])


def whole(connection: Connection, ledger: Ledger) -> Record:
    """Return what records all objects as they are."""
    major = connection.info.server_version // statement.MAJOR
    return _record(ledger, _WHOLE, major=major, complete=True)


def read(
    connection: Connection, ledger: Ledger, major: int, owner: str | None
) -> list[tuple[str, str, dict[str, Any], str | None]] | None:
    """Return kind, name, definition and file of each object; None if the record is not complete.

    Nor is one of another major version, whose texts may differ. Writes nothing. Raises
    psycopg.errors.InsufficientPrivilege.
    """
    try:
        if _state(connection, ledger, None) != (major, True):
            return None
        return connection.execute(ledger.sql(_ROWS)).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        if owner is None:
            raise
    with connection.transaction():
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        return read(connection, ledger, major, None)


def _state(connection: Connection, ledger: Ledger, owner: str | None) -> tuple[int, bool] | None:
    """Return the major version of the record, and whether it is complete; None without one."""
    with connection.transaction():
        if owner:
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        found: tuple[int, bool] | None = connection.execute(ledger.sql(_STATE)).fetchone()
    return found


def _record(ledger: Ledger, template: str, **values: object) -> Record:
    rest = ledger.text(template, **values)
    return lambda connection: statement.text(connection, ledger.schema) + rest
