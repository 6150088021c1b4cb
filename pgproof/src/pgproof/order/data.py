"""The rows of a database, and the last values of its sequences: read once, to be compared."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

Connection = psycopg.Connection[Any]
Row = Mapping[str, str]

_EXACT = 10_000
"""Rows up to which each is compared; of larger tables a sum of hashes is, by column."""
_TABLES = """
select c.oid::regclass::text, c.relkind::text,
       array(select a.attname::text from pg_attribute as a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              order by a.attnum),
       array(select a.attname::text
               from pg_attribute as a
               left join pg_attrdef as d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
              where a.attrelid = c.oid and not a.attisdropped and a.attgenerated = ''
                and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like '%%(%%')
                and exists (select from pg_index as i
                             where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1
                               and i.indkey[0] = a.attnum)),
       array(select array[a.attname::text, k.confrelid::regclass::text, r.attname::text]
               from pg_constraint as k
               join pg_attribute as a on (a.attrelid, a.attnum) = (k.conrelid, k.conkey[1])
               join pg_attribute as r on (r.attrelid, r.attnum) = (k.confrelid, k.confkey[1])
              where k.conrelid = c.oid and k.contype = 'f' and cardinality(k.conkey) = 1)
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
 where (c.relkind in ('r', 'p') or (c.relkind = 'm' and c.relispopulated))
   and not c.relispartition
   and c.relpersistence <> 't'
   and n.nspname !~ '^pg_'
   and n.nspname not in ('information_schema', %s)
   and not exists (select from pg_depend as d
                    where d.classid = 'pg_class'::regclass and d.objid = c.oid
                      and d.deptype = 'e')
 order by 1
"""
_SEQUENCES = """
select format('%%I.%%I', schemaname, sequencename), last_value::text
  from pg_sequences where schemaname <> %s order by 1
"""


@dataclass(frozen=True)
class Table:
    """Rows of a table or materialized view; values are JSON. `rows` is None of a large table.

    `keys` are given by a sequence or a function; `refers` has the columns of foreign keys, each
    with the table and the column that it refers to.
    """

    is_view: bool
    columns: tuple[str, ...]
    keys: frozenset[str]
    refers: Mapping[str, tuple[str, str]]
    rows: tuple[Row, ...] | None
    sums: Mapping[str, tuple[int, int]]

    def values(self, column: str) -> object:
        """Return what tells whether the values of a column are the same, in any order."""
        if self.rows is None:
            return self.sums[column]
        return Counter(row[column] for row in self.rows)


@dataclass(frozen=True)
class Data:
    """The tables of a database, and the last value of each sequence."""

    tables: Mapping[str, Table]
    sequences: Mapping[str, str | None]

    @property
    def names(self) -> list[str]:
        """The tables, without materialized views."""
        return [name for name, table in self.tables.items() if not table.is_view]


def read(connection: Connection, ledger_schema: str) -> Data:
    """Read every table but the ledger's. Writes nothing."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("set local search_path = pg_catalog; set local timezone = 'UTC'")
        found = cursor.execute(_TABLES, [ledger_schema]).fetchall()
        tables = {name: _table(cursor, name, *about) for name, *about in found}
        sequences = cursor.execute(_SEQUENCES, [ledger_schema]).fetchall()
    return Data(tables, dict(sequences))


def _table(
    cursor: psycopg.Cursor[Any],
    name: str,
    kind: str,
    columns: list[str],
    keys: list[str],
    refers: list[list[str]],
) -> Table:
    of = sql.SQL(name)
    count = cursor.execute(sql.SQL("select count(*) from {}").format(of)).fetchall()[0][0]
    rows: tuple[Row, ...] | None = None
    sums: dict[str, tuple[int, int]] = {}
    if count <= _EXACT:
        query = sql.SQL("select to_jsonb(one)::text from {} as one").format(of)
        rows = tuple(
            {key: json.dumps(value) for key, value in json.loads(text, parse_float=str).items()}
            for (text,) in cursor.execute(query).fetchall()
        )
    else:
        hashed = sql.SQL("count({0}), coalesce(sum(hashtextextended({0}::text, 0)), 0)")
        listed = [hashed.format(sql.Identifier(one)) for one in columns]
        query = sql.SQL("select {} from {}").format(sql.SQL(", ").join(listed), of)
        flat = list(map(int, cursor.execute(query).fetchall()[0]))
        pairs = zip(flat[::2], flat[1::2], strict=True)
        sums = dict(zip(columns, pairs, strict=True))
    references = {column: (table, key) for column, table, key in refers}
    return Table(kind == "m", tuple(columns), frozenset(keys), references, rows, sums)
