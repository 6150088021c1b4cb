"""Statistics of one database given to the planner of another, whose tables are empty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row, tuple_row

from pgproof.connection import Connection, connect

_SINCE = 180000
_OURS = r"n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_'"
_TABLES = f"""
select n.nspname::text as schemaname, c.relname::text as relname, c.relpages as relpages,
       c.reltuples as reltuples, c.relallvisible as relallvisible
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm') and c.reltuples >= 0 and {_OURS}
"""  # noqa: S608
_COLUMNS = """
select schemaname::text, tablename::text as relname, attname::text, inherited, null_frac, avg_width,
       n_distinct, most_common_vals::text, most_common_freqs, histogram_bounds::text, correlation,
       most_common_elems::text, most_common_elem_freqs, elem_count_histogram
  from pg_catalog.pg_stats
 where schemaname not in ('pg_catalog', 'information_schema')
"""
_ADDRESSES = f"""
select n.nspname::text, c.relname::text, c.oid::bigint, a.attname::text, a.attnum::integer
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute as a
    on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relkind in ('r', 'p', 'm') and {_OURS}
"""  # noqa: S608
_PAGES = """
select c.oid::bigint, pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::integer
  from pg_catalog.pg_class as c
 where c.oid = any (%s::oid[]) and c.relkind in ('r', 'm')
"""
_EMPTY = """
select c.oid::regclass::text
  from pg_catalog.pg_class as c
 where c.oid = any (%s::oid[])
   and c.relkind in ('r', 'm')
   and pg_catalog.pg_relation_size(c.oid) = 0
"""
_CHECKS = """
select format('alter table %%s drop constraint if exists %%I cascade', conrelid::regclass, conname)
  from pg_catalog.pg_constraint
 where conrelid = %(table)s::regclass and contype in ('c', 'p')
union all
select format('alter table %%s detach partition %%s', inhparent::regclass, inhrelid::regclass)
  from pg_catalog.pg_inherits
  join pg_catalog.pg_class on oid = inhrelid
 where inhrelid = %(table)s::regclass and relispartition
union all
select format('alter table %%s alter %%I drop not null', attrelid::regclass, attname)
  from pg_catalog.pg_attribute
 where attrelid = %(table)s::regclass and attnum > 0 and attnotnull and not attisdropped
union all
select format('alter table %%s alter %%I drop expression', attrelid::regclass, attname)
  from pg_catalog.pg_attribute
 where attrelid = %(table)s::regclass and attgenerated = 's'
"""
_NOT_18 = "PostgreSQL 18 is needed to carry statistics over; this server is {}"


@dataclass(frozen=True)
class Statistics:
    """What ANALYZE knows of a database: rows of tables, and of columns."""

    tables: Sequence[dict[str, Any]]
    columns: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, conninfo: str) -> "Statistics":
        """Read them; writes nothing. Columns that the role may not read are left out."""
        with connect(conninfo, autocommit=True, row_factory=dict_row) as connection:
            tables = connection.execute(_TABLES.encode()).fetchall()
            return cls(tables, connection.execute(_COLUMNS.encode()).fetchall())


@dataclass
class Carrier:
    """Gives a scratch database statistics again and again: what a migration builds forgets them.

    Tables are known by their OIDs, so that one that is renamed keeps them.
    """

    connection: Connection
    statistics: Statistics | None
    has_data: bool
    notes: list[str] = field(default_factory=list)
    _places: dict[tuple[str, str, str | None], tuple[int, int]] | None = None

    @property
    def is_carried(self) -> bool:
        """Whether statistics are given, and this server takes them."""
        return self.statistics is not None and self.connection.info.server_version >= _SINCE

    @property
    def said(self) -> str:
        """What the costs of plans are founded on, in words."""
        if self.is_carried and self.statistics:
            return f"carried over, of {len(self.statistics.tables)} tables"
        return "of the rows of the copy" if self.has_data else "none: costs are not compared"

    def carry(self) -> None:
        """Give the database the statistics, or have its rows counted."""
        if self.statistics is not None and not self.is_carried:
            version = self.connection.info.parameter_status("server_version")
            self.notes[:] = [_NOT_18.format(version)]
        if self.is_carried and self.statistics is not None:
            self._restore(self.statistics)
        elif self.has_data:
            self.connection.execute("analyze")

    def _restore(self, statistics: Statistics) -> None:
        if self._places is None:
            self._places = self._addresses()
        now = {place: name for name, place in self._addresses().items()}
        sized = [
            place[0]
            for one in statistics.tables
            if one["reltuples"] > 0
            and (place := self._places.get((one["schemaname"], one["relname"], None)))
        ]
        for (name,) in self.connection.execute(_EMPTY.encode(), [sized]).fetchall():
            _make_page(self.connection, name)
        oids = [oid for oid, _ in now]
        pages = dict(self.connection.execute(_PAGES.encode(), [oids]).fetchall())
        with self.connection.transaction():
            self.connection.execute("set local client_min_messages = error")
            for kind, one in _each(statistics):
                known = (one["schemaname"], one["relname"], one.get("attname"))
                found = now.get(self._places.get(known, (0, 0)))
                if found:
                    schema, table, column = found
                    named = {**one, "schemaname": schema, "relname": table}
                    if column:
                        named["attname"] = column
                    elif self._places[known][0] in pages:
                        # The rows are on the pages that there are: the planner counts as many.
                        named["relpages"] = pages[self._places[known][0]]
                    _give(self.connection, kind, named)

    def _addresses(self) -> dict[tuple[str, str, str | None], tuple[int, int]]:
        with self.connection.cursor(row_factory=tuple_row) as cursor:
            found: dict[tuple[str, str, str | None], tuple[int, int]] = {}
            for schema, table, oid, column, number in cursor.execute(
                _ADDRESSES.encode()
            ).fetchall():
                found[schema, table, None] = (oid, 0)
                if column is not None:
                    found[schema, table, column] = (oid, number)
            return found


def _each(statistics: Statistics) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from (("relation", one) for one in statistics.tables)
    yield from (("attribute", one) for one in statistics.columns)


_TYPES = {
    "schemaname": "text",
    "relname": "text",
    "attname": "text",
    "inherited": "boolean",
    "relpages": "integer",
    "relallvisible": "integer",
    "reltuples": "real",
    "null_frac": "real",
    "avg_width": "integer",
    "n_distinct": "real",
    "most_common_vals": "text",
    "most_common_freqs": "real[]",
    "histogram_bounds": "text",
    "correlation": "real",
    "most_common_elems": "text",
    "most_common_elem_freqs": "real[]",
    "elem_count_histogram": "real[]",
}


def _give(connection: Connection, kind: str, values: dict[str, Any]) -> None:
    given = {key: value for key, value in values.items() if value is not None}
    pairs = [
        sql.SQL("{}, {}::{}").format(sql.Literal(key), sql.Placeholder(key), sql.SQL(_TYPES[key]))
        for key in given
    ]
    call = sql.SQL("select pg_catalog.{}({})").format(
        sql.Identifier(f"pg_restore_{kind}_stats"), sql.SQL(", ").join(pairs)
    )
    try:
        with connection.transaction():
            connection.execute(call, given)
    except psycopg.Error:
        # A column of another type than before: its statistics are of values that it has not.
        return


def _make_page(connection: Connection, table: str) -> None:
    """Give an empty table one page: of a table without pages the planner reads no statistics.

    A row is written and taken back, without the constraints that could refuse it; the page stays.
    """
    statements = connection.execute(_CHECKS.encode(), {"table": table}).fetchall()
    connection.execute("begin")
    try:
        for statement in (
            "set local client_min_messages = error",
            "set local session_replication_role = replica",
            *(row[0] for row in statements),
            f"insert into {table} default values",
        ):
            connection.execute("savepoint one")
            try:
                connection.execute(statement.encode())
            except psycopg.Error:
                connection.execute("rollback to one")
    finally:
        connection.execute("rollback")
