"""What the statistics of a database say of its tables: how many rows, and what columns hold."""

from dataclasses import dataclass
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

_COUNTS = """
select format('%I.%I', n.nspname, c.relname),
       greatest(c.reltuples, (select sum(greatest(p.reltuples, 0))
                                from pg_partition_tree(c.oid) as t
                                join pg_class as p on p.oid = t.relid
                               where c.relkind = 'p'))::bigint
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
# Of a partitioned table, the statistics are those of all partitions, and come last.
_COLUMNS = """
select format('%I.%I', schemaname, tablename), attname::text, null_frac, n_distinct, avg_width
  from pg_stats
 where schemaname !~ '^pg_' and schemaname <> 'information_schema'
 order by inherited
"""


@dataclass(frozen=True)
class Shape:
    """What a column holds: the share of nulls, its distinct values, and bytes a value.

    `distinct` is a number of values, or negative, a share of the rows, as pg_stats has it; 0 is
    not known.
    """

    nulls: float = 0.0
    distinct: float = 0.0
    width: int = 0


Shapes = dict[tuple[str, str], Shape]
"""By the name of a table with its schema, and that of a column."""


def counts(connection: Connection) -> dict[str, int]:
    """Return the rows of each table that has been analyzed."""
    found = connection.execute(_COUNTS).fetchall()
    return {name: count for name, count in found if count > 0}


def shapes(connection: Connection) -> Shapes:
    """Return the shape of each column that has been analyzed, and that the role may read."""
    found = connection.execute(_COLUMNS).fetchall()
    return {(table, column): Shape(*rest) for table, column, *rest in found}
