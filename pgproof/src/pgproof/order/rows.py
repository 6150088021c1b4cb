"""The rows that two orders leave: read once, and compared apart from what differs by chance."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

Connection = psycopg.Connection[Any]
Row = Mapping[str, str]

_EXACT = 10_000
"""Rows up to which each is compared; of larger tables a sum of hashes is, by column."""
_SHOWN = 2
_LONGEST = 40
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


@dataclass(frozen=True)
class Unequal:
    """A table whose rows differ; `columns` are those whose values do. `is_note`: that is no fault.

    `ours` and `theirs` show rows that are in one order alone.
    """

    table: str
    columns: tuple[str, ...]
    ours: str = ""
    theirs: str = ""
    note: str = ""


def read(connection: Connection, ledger_schema: str) -> Data:
    """Read every table but the ledger's. Writes nothing."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("set local search_path = pg_catalog; set local timezone = 'UTC'")
        found = cursor.execute(_TABLES, [ledger_schema]).fetchall()
        tables = {name: _table(cursor, name, *about) for name, *about in found}
        sequences = cursor.execute(_SEQUENCES, [ledger_schema]).fetchall()
    return Data(tables, dict(sequences))


def unequal(ours: Data, theirs: Data, again: Data | None) -> Iterator[Unequal]:
    """Yield the tables of both whose rows differ.

    `again` is what the first order leaves when it runs a second time: what differs from it differs
    by the clock or by chance.
    """
    for name in sorted(ours.tables.keys() & theirs.tables.keys()):
        one, other = ours.tables[name], theirs.tables[name]
        shared = [column for column in one.columns if column in other.columns]
        moved = _moved(ours, theirs, again, one)
        if _same(one, other, shared) and not moved:
            continue
        if again is not None and name in again.tables:
            shared = [each for each in shared if _same(one, again.tables[name], [each])]
            if not _same(one, again.tables[name], shared):
                yield Unequal(name, (), note="its rows differ from run to run")
                continue
            if _same(one, other, shared) and not moved:
                continue
        if one.is_view:
            yield Unequal(name, (), note="holds other rows until it is refreshed")
            continue
        mine, others = (_plain(each, name, shared, ours, again) for each in (ours, theirs))
        is_same = mine is not None and mine == others
        if is_same and not _same(one, other, shared) and _same_keys(one, other, shared):
            yield Unequal(name, (), note="its rows have other keys, which the database gives")
            continue
        if mine == others and _same(one, other, shared):
            continue
        columns = tuple(each for each in shared if one.values(each) != other.values(each))
        columns = columns or tuple(each for each in moved if each in shared)
        if mine is None or others is None or mine == others:
            yield Unequal(name, columns, "has other values", "has other values")
            continue
        yield Unequal(name, columns, _shown(mine - others), _shown(others - mine))


def _moved(ours: Data, theirs: Data, again: Data | None, table: Table) -> list[str]:
    """Return the columns that refer to keys which the two orders have given to different rows."""
    return [
        column
        for column, (target, key) in table.refers.items()
        if _named(ours, target, key, ours, again) != _named(theirs, target, key, ours, again)
    ]


def _same(one: Table, other: Table, columns: list[str]) -> bool:
    """Whether two tables have the same rows, as far as some columns tell."""
    if one.rows is None or other.rows is None:
        return all(one.values(each) == other.values(each) for each in columns)
    mine, others = (
        Counter(tuple(row[each] for each in columns) for row in side.rows or ())
        for side in (one, other)
    )
    return mine == others


def _same_keys(one: Table, other: Table, columns: list[str]) -> bool:
    """Whether the same keys were given, though to other rows."""
    return all(one.values(each) == other.values(each) for each in one.keys if each in columns)


def _plain(
    data: Data, name: str, columns: list[str], ours: Data, again: Data | None
) -> Counter[tuple[str, ...]] | None:
    """Return the rows without keys that the database gives; a reference to one is what it names."""
    table = data.tables[name]
    if table.rows is None:
        return None
    kept = [each for each in columns if each not in table.keys]
    named = {
        each: _named(data, *table.refers[each], ours, again)
        for each in kept
        if each in table.refers
    }
    return Counter(
        tuple(f"{each}={named.get(each, {}).get(row[each], row[each])}" for each in kept)
        for row in table.rows
    )


def _named(data: Data, table: str, key: str, ours: Data, again: Data | None) -> dict[str, str]:
    """Return what the rows of a table hold beside its keys and references, by one key.

    What differs from run to run is left out.
    """
    found = data.tables.get(table)
    if found is None or found.rows is None or key not in found.keys:
        return {}
    kept = [one for one in found.columns if one not in found.keys and one not in found.refers]
    if again is not None and table in again.tables and table in ours.tables:
        first, second = ours.tables[table], again.tables[table]
        kept = [one for one in kept if one in first.columns and _same(first, second, [one])]
    return {row[key]: ", ".join(f"{one}={row[one]}" for one in kept) for row in found.rows}


def _shown(rows: Counter[tuple[str, ...]]) -> str:
    texts = sorted(", ".join(_cut(value) for value in row) for row in rows)
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return "; ".join(f"({text})" for text in texts[:_SHOWN]) + more or "no such rows"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


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
