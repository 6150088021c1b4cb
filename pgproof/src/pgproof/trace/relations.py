"""The relations of a database, and what its counters and files say of each at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from pgproof.ahead.locks import mode_of, strength
from pgproof.trace.records import Lock

KINDS = {
    "r": "table",
    "p": "table",
    "m": "materialized view",
    "v": "view",
    "i": "index",
    "I": "index",
    "S": "sequence",
    "f": "foreign table",
}
STORED = ("r", "m")
_COUNTERS = """
       pg_catalog.pg_stat_get{0}_numscans(c.oid), pg_catalog.pg_stat_get{0}_tuples_returned(c.oid),
       pg_catalog.pg_stat_get{0}_tuples_inserted(c.oid),
       pg_catalog.pg_stat_get{0}_tuples_updated(c.oid),
       pg_catalog.pg_stat_get{0}_tuples_deleted(c.oid),
       pg_catalog.pg_stat_get{0}_blocks_fetched(c.oid)
"""
_RELATIONS = """
select c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence::text,
       coalesce(i.indrelid, 0)::bigint,
       coalesce(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint,
       case when c.relkind in ('r', 'm', 'i', 'S')
            then coalesce(pg_catalog.pg_relation_size(c.oid), 0) else 0 end::bigint,
       {0}
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_index as i on i.indexrelid = c.oid
 where c.relkind in ('r', 'p', 'm', 'v', 'i', 'I', 'S', 'f')
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
   and n.nspname not like 'pg\\_%temp\\_%'
"""
IN_TRANSACTION = _RELATIONS.format(_COUNTERS.format("_xact"))
CUMULATIVE = _RELATIONS.format(_COUNTERS.format(""))
_LOCKS = """
select relation::bigint, mode::text
  from pg_catalog.pg_locks
 where pid = %s and locktype = 'relation' and granted
   and database = (select oid from pg_catalog.pg_database
                    where datname = pg_catalog.current_database())
"""


@dataclass(frozen=True)
class Relation:
    """A row of pg_class, the size of its file, and counters. `table` is that of an index."""

    oid: int
    schema: str
    name: str
    kind: str
    persistence: str
    table: int
    file: int
    size: int
    scans: int
    read: int
    inserted: int
    updated: int
    deleted: int
    fetched: int

    @property
    def label(self) -> str:
        """Its name with its schema."""
        return f"{self.schema}.{self.name}"

    @property
    def changed(self) -> int:
        """Rows that were inserted, updated or deleted."""
        return self.inserted + self.updated + self.deleted


Snapshot = dict[int, Relation]
Pair = tuple[int, str]
"""The OID of a relation, and a lock mode."""


def snapshot(connection: psycopg.Connection[Any], query: str) -> Snapshot:
    """Return all relations by OID. `query` is IN_TRANSACTION or CUMULATIVE."""
    return {row[0]: Relation(*row) for row in connection.execute(query.encode())}


def held(connection: psycopg.Connection[Any], pid: int) -> set[Pair]:
    """Return the locks that a session holds on relations of the database."""
    rows = connection.execute(_LOCKS.encode(), [pid]).fetchall()
    return {(oid, mode_of(mode)) for oid, mode in rows}


def locks_of(rows: Iterable[Pair], names: Snapshot, order: Iterable[int] = ()) -> tuple[Lock, ...]:
    """Return locks by relation, of rows of OID and mode, on what is in `names` and named so there.

    `order` is of OIDs; what is not in it comes after what it depends on, by name.
    """
    modes: dict[int, set[str]] = {}
    for oid, mode in rows:
        if oid in names:
            modes.setdefault(oid, set()).add(mode)
    place = {oid: number for number, oid in enumerate(dict.fromkeys(order))}

    def key(oid: int) -> tuple[int, bool, str]:
        one = names[oid]
        return place.get(oid, place.get(one.table, len(place))), oid not in place, one.label

    found = []
    for oid in sorted(modes, key=key):
        taken = tuple(sorted(modes[oid], key=strength))
        found.append(Lock(names[oid].label, taken[-1], KINDS[names[oid].kind], taken))
    return tuple(found)
