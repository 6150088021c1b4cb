"""Rows for tables that are empty, made up from the types of columns, checks and foreign keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg
from psycopg import sql

from pgproof.verify import values
from pgproof.verify.data import Data
from pgproof.verify.values import Column

Connection = psycopg.Connection[Any]

_SUPERUSER = "select rolsuper from pg_catalog.pg_roles where rolname = current_user"
_TRIES = 20
_PASSES = 3
_COLUMNS = """
select a.attname,
       coalesce(b.typname, t.typname), coalesce(b.typcategory, t.typcategory)::text,
       array(select e.enumlabel::text from pg_enum as e
              where e.enumtypid = t.oid order by e.enumsortorder),
       a.atthasdef or a.attidentity <> '',
       not a.attnotnull,
       array(select pg_get_constraintdef(k.oid) from pg_constraint as k
              where (k.conrelid = a.attrelid and a.attnum = any (k.conkey) and k.contype = 'c')
                 or k.contypid = t.oid)
  from pg_attribute as a
  join pg_type as t on t.oid = a.atttypid
  left join pg_type as b on b.oid = nullif(t.typbasetype, 0)
 where a.attrelid = %s::regclass
   and a.attnum > 0
   and not a.attisdropped
   and a.attgenerated = ''
   and a.attidentity <> 'a'
 order by a.attnum
"""
_KEYS = """
select k.confrelid::regclass::text,
       array(select a.attname from unnest(k.conkey) with ordinality as u (n, at)
               join pg_attribute as a on (a.attrelid, a.attnum) = (k.conrelid, u.n) order by u.at),
       array(select a.attname from unnest(k.confkey) with ordinality as u (n, at)
               join pg_attribute as a on (a.attrelid, a.attnum) = (k.confrelid, u.n) order by u.at)
  from pg_constraint as k
 where k.conrelid = %s::regclass and k.contype = 'f' and k.confrelid <> k.conrelid
"""


@dataclass(frozen=True)
class _Key:
    table: str
    columns: tuple[str, ...]
    referenced: tuple[str, ...]


class Filler:
    """Fills tables of one database; `refused` says why a table stays empty.

    `later` are the columns of tables as they will be: values are made up that fit those, too.
    """

    def __init__(self, connection: Connection, rows: int, later: Mapping[str, list[Column]]):
        self._connection = connection
        self._rows = rows
        self._later = {(name, one.name): one for name in later for one in later[name]}
        self._made: set[str] = set()
        self._given_up: dict[str, object] = {}
        self._random = Random(1)  # noqa: S311
        self.refused: dict[str, str] = {}

    def empty_tables(self, data: Data) -> None:
        """Insert rows into each empty table, those that others refer to first."""
        waiting = [name for name, table in data.items() if not table.rows]
        for _ in range(_PASSES):
            left = [name for name in waiting if not self._fill(name)]
            if left == waiting:
                break
            waiting = left
        self.refused = {name: said for name, said in self.refused.items() if name in waiting}

    def new_columns(self, before: Data, after: Data) -> None:
        """Set the columns that a migration has added to tables with rows, where they are null."""
        for name, table in after.items():
            added = table.filled.keys() - before[name].filled.keys() if name in before else ()
            wanted = [one for one in self._columns(name) if one.name in added] if added else []
            for column in wanted:
                if table.filled[column.name] == 0:
                    self._try_to_set(name, column)

    def _fill(self, name: str) -> bool:
        columns, keys, done = self._columns(name), self._keys(name), 0
        same = (columns, keys, [self._referred(key) is None for key in keys])
        if self._given_up.get(name) == same:
            return False
        for _ in range(self._rows):
            if not any(self._insert(name, columns, keys) for _ in range(_TRIES)):
                break
            done += 1
            self._made.add(name)
        if not done:
            self._given_up[name] = same
        return done > 0

    def discard(self) -> bool:
        """Delete the rows that were made up; False if there are none, or that is refused."""
        made, self._made = self._made, set()
        if not made:
            return False
        try:
            with self._connection.transaction():
                if self._connection.execute(_SUPERUSER).fetchone() == (True,):
                    self._connection.execute("set local session_replication_role = replica")
                names = sql.SQL(", ").join(map(sql.SQL, sorted(made)))
                self._connection.execute(sql.SQL("truncate {} cascade").format(names))
        except psycopg.Error:
            return False
        return True

    def _insert(self, name: str, columns: Sequence[Column], keys: Sequence[_Key]) -> bool:
        row: dict[str, str | None] = {}
        for one in columns:
            if not one.has_default or self._random.random() < 1 / 2:
                row[one.name] = values.choose(one, self._random)
        for key in keys:
            row.update(self._referred(key) or dict.fromkeys(key.columns))
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        given = sql.SQL(", ").join(map(sql.Literal, row.values()))
        into = sql.SQL(name)
        text = sql.SQL("insert into {} ({}) overriding system value values ({})")
        if not row:
            text = sql.SQL("insert into {} default values")
        return self._run(name, text.format(into, names, given))

    def _try_to_set(self, name: str, column: Column) -> None:
        of, into = sql.Identifier(column.name), sql.SQL(name)
        for _ in range(_TRIES):
            value = sql.Literal(values.choose(column, self._random))
            if self._run(name, sql.SQL("update {} set {} = {}").format(into, of, value)):
                return

    def _run(self, name: str, statement: sql.Composed) -> bool:
        try:
            with self._connection.transaction():
                self._connection.execute("set local search_path = pg_catalog, public")
                self._connection.execute("set local statement_timeout = '5s'")
                self._connection.execute(statement)
        except psycopg.Error as error:
            self.refused[name] = error.diag.message_primary or str(error)
            return False
        return True

    def _referred(self, key: _Key) -> Mapping[str, str | None] | None:
        """Return a row that a foreign key may refer to; None where there is none."""
        listed = sql.SQL(", ").join(
            sql.SQL("{}::text").format(sql.Identifier(one)) for one in key.referenced
        )
        text = sql.SQL("select {} from {} order by random() limit 1")
        of = sql.SQL(key.table)
        found = self._connection.execute(text.format(listed, of)).fetchone()
        return dict(zip(key.columns, found, strict=True)) if found else None

    def _columns(self, name: str) -> list[Column]:
        found = columns(self._connection, name)
        return [one.also(self._later.get((name, one.name))) for one in found]

    def _keys(self, name: str) -> list[_Key]:
        rows = self._connection.execute(_KEYS, [name]).fetchall()
        return [_Key(table, tuple(own), tuple(others)) for table, own, others in rows]


def columns(connection: Connection, table: str) -> list[Column]:
    """Return the columns of a table that may be set."""
    return [
        Column(name, kind, category, tuple(labels), has_default, is_nullable, tuple(checks))
        for name, kind, category, labels, has_default, is_nullable, checks in connection.execute(
            _COLUMNS, [table]
        ).fetchall()
    ]
