"""The rows of a database: counts and checksums of each column, and what of them is lost."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from pgproof.verify.records import Loss

Connection = psycopg.Connection[Any]

_EXACT = 10_000
"""Rows up to which each value is known by its hash; of larger tables a sum of them is."""
_TABLES = """
select c.oid::regclass::text,
       array(select a.attname from pg_attribute as a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              order by a.attnum)
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p')
   and not c.relispartition
   and c.relpersistence <> 't'
   and n.nspname !~ '^pg_'
   and n.nspname not in ('information_schema', %s)
   and not exists (select from pg_depend as d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid
                      and d.deptype = 'e')
 order by 1
"""
_ROLE = "select 1 from pg_catalog.pg_roles where rolname = %s"
_WRITTEN = """
select c.oid::regclass::text, sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::bigint
  from pg_stat_all_tables as s
  join pg_class as c on c.oid = coalesce(pg_partition_root(s.relid), s.relid)
 where s.schemaname !~ '^pg_'
 group by 1
"""


@dataclass(frozen=True)
class Table:
    """Rows of a table, and of each column the values that are not null.

    `values` are by hash, with how often each is there; None where only `sums` are known.
    """

    rows: int
    filled: Mapping[str, int]
    sums: Mapping[str, int]
    values: Mapping[str, Counter[int]] | None


Data = Mapping[str, Table]


def read(connection: Connection, ledger_schema: str) -> dict[str, Table]:
    """Read every table but the ledger's. Writes nothing."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("set local search_path = pg_catalog")
        tables = cursor.execute(_TABLES, [ledger_schema]).fetchall()
        return {name: _table(cursor, name, columns) for name, columns in tables}


def names(connection: Connection, ledger_schema: str) -> list[str]:
    """Return the tables that `read` reads. Writes nothing."""
    with connection.transaction():
        connection.execute("set local search_path = pg_catalog")
        return [name for name, _ in connection.execute(_TABLES, [ledger_schema]).fetchall()]


def become(connection: Connection, owner: str | None) -> None:
    """Act as the owner of the tables, where there is one: their triggers and defaults are code."""
    if owner and connection.execute(_ROLE, [owner]).fetchone():
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(owner)))


def written(connection: Connection) -> dict[str, int]:
    """Return how many rows of each table sessions that have ended inserted, updated and deleted."""
    with connection.transaction():
        connection.execute("set local search_path = pg_catalog")
        return dict(connection.execute(_WRITTEN).fetchall())


def lost(before: Data, after: Data) -> Iterator[Loss]:
    """Yield what was there and is there no more: tables, columns, rows and values."""
    for name, table in before.items():
        now = after.get(name)
        if now is None:
            if table.rows:
                yield Loss(name, None, table.rows)
            continue
        if now.rows < table.rows:
            yield Loss(name, None, table.rows - now.rows)
        gone = max(table.rows - now.rows, 0)
        for column, filled in table.filled.items():
            if column not in now.filled:
                if filled:
                    yield Loss(name, column, filled)
            else:
                count = _missing(table, now, column)
                if count is None or count > gone:
                    yield Loss(name, column, count and count - gone)


def _missing(before: Table, after: Table, column: str) -> int | None:
    if before.values is None or after.values is None:
        return 0 if before.sums[column] == after.sums[column] else None
    return (before.values[column] - after.values[column]).total()


def _table(cursor: psycopg.Cursor[Any], name: str, columns: list[str]) -> Table:
    hashes = [
        sql.SQL("hashtextextended({}::text, 0)").format(sql.Identifier(one)) for one in columns
    ]
    of = sql.SQL(name)
    count = cursor.execute(sql.SQL("select count(*) from {}").format(of)).fetchone()
    rows = int(count[0]) if count else 0
    if rows > _EXACT:
        sums = [sql.SQL("count({0}), coalesce(sum({0}), 0)").format(one) for one in hashes]
        found = cursor.execute(
            sql.SQL("select {} from {}").format(sql.SQL(", ").join(sums), of)
        ).fetchone()
        flat = list(found or ())
        filled = dict(zip(columns, flat[::2], strict=True))
        return Table(rows, filled, dict(zip(columns, map(int, flat[1::2]), strict=True)), None)
    query = sql.SQL("select {} from {}").format(sql.SQL(", ").join(hashes), of)
    listed = cursor.execute(query).fetchall() if columns else []
    values = {
        column: Counter(row[index] for row in listed if row[index] is not None)
        for index, column in enumerate(columns)
    }
    return Table(
        rows,
        {column: counted.total() for column, counted in values.items()},
        {column: sum(counted.elements()) for column, counted in values.items()},
        values,
    )
