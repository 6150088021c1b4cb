"""How large relations are."""

from dataclasses import dataclass

import psycopg

from pgproof.ahead.looking import looking
from pgproof.connection import Connection

_SIZES = """
select n.nspname || '.' || c.relname,
       c.relname,
       coalesce((select sum(pg_total_relation_size(t.relid)) from pg_partition_tree(c.oid) as t),
                pg_total_relation_size(c.oid))::bigint,
       greatest(c.reltuples, 0)::bigint
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname || '.' || c.relname = any (%(names)s)
    or (c.relname = any (%(names)s) and n.nspname = any (current_schemas(true)))
"""


@dataclass(frozen=True)
class Size:
    """Bytes with indexes and partitions, and the estimated rows, of a relation that exists."""

    bytes: int
    rows: int


def sizes(connection: Connection, search_path: str, names: set[str]) -> dict[str, Size]:
    """Return the sizes of those relations that exist; nothing if one is locked just now."""
    if not names:
        return {}
    try:
        with looking(connection, search_path):
            rows = connection.execute(_SIZES, {"names": sorted(names)}).fetchall()
    except psycopg.errors.LockNotAvailable:
        return {}
    found = {}
    for full, short, size, count in rows:
        for name in (full, short):
            if name in names:
                found[name] = Size(size, count)
    return found
