"""What each index of a table adds to the insert of a row."""

import time
from statistics import median
from typing import LiteralString

from psycopg import sql

from tooling.database import Connection
from tooling.laboratory.synthetic.bulk import identifier

# The largest table that holds rows of each, and its indexes beside those of the whole.
_LEAVES = """
select leaf.oid::regclass::text, i.indexrelid::regclass::text,
       coalesce(pg_partition_root(i.indexrelid), i.indexrelid)::regclass::text, m.amname = 'gin'
  from (
           select coalesce(tree.relid::oid, c.oid) as oid
             from pg_class as c
             left join lateral pg_partition_tree(c.oid) as tree on tree.isleaf
            where c.oid = %s::regclass
            order by pg_relation_size(coalesce(tree.relid::oid, c.oid)) desc
            limit 1
       ) as leaf
  join pg_index as i on i.indrelid = leaf.oid
  join pg_class as n on n.oid = i.indexrelid
  join pg_am as m on m.oid = n.relam
 order by 3"""
# Those that take a new row for a new project; no two rows are then equal in a key.
_TABLES = """
select c.oid::regclass::text
  from pg_class as c
  join pg_attribute as a on a.attrelid = c.oid and a.attname = 'project_id'
 where c.relnamespace = 'app'::regnamespace
   and c.relkind in ('r', 'p')
   and not c.relispartition
 order by 1"""
_COLUMNS = """
select a.attname
  from pg_attribute as a
 where a.attrelid = %s::regclass
   and a.attnum > 0
   and not a.attisdropped
   and a.attgenerated = ''
 order by a.attnum"""
# What no two rows of a table have in common.
_NEW: dict[str, LiteralString] = {
    "project_id": "ops.uuid_v7()",
    "payload_id": "ops.uuid_v7()",
    "event_id": "ops.uuid_v7()",
    "entry_id": "gen_random_uuid()",
    "etag": "gen_random_uuid()",
}
_ROWS = 2000


def measure(connection: Connection, rounds: int = 5) -> dict[str, tuple[float, int]]:
    """Return the microseconds and bytes of WAL that each index adds to the insert of a row.

    Rows of the largest partition are inserted again as new ones, with and without the index, and
    rolled back. Without full_page_writes, that bytes do not depend on the last checkpoint.
    """
    found: dict[str, tuple[float, int]] = {}
    for (table,) in connection.execute(_TABLES).fetchall():
        leaves = connection.execute(_LEAVES, [table]).fetchall()
        insert = _insert(connection, leaves[0][0])
        if connection.execute("select from sample").rowcount == 0:
            continue
        gins = {index for _, index, _, is_gin in leaves if is_gin}
        # A GIN index costs so much that beside it the others would be lost in noise.
        ways = {root: gins ^ {index} for _, index, root, _ in leaves}
        costs: dict[str | None, list[tuple[float, int]]] = {root: [] for root in (None, *ways)}
        for _ in range(rounds):
            for root, off in ((None, gins), *ways.items()):
                costs[root].append(_timed(connection, insert, off, gins - off))
            connection.execute(sql.SQL("vacuum {}").format(identifier(leaves[0][0])))
        middle = {
            root: (median(one for one, _ in seen), median(two for _, two in seen))
            for root, seen in costs.items()
        }
        for _, _, root, is_gin in leaves:
            sign = 1 if is_gin else -1
            seconds, wal = (
                sign * (with_or_without - base) / _ROWS
                for with_or_without, base in zip(middle[root], middle[None], strict=True)
            )
            found[root] = (round(seconds * 1e6, 1), round(wal))
    return found


def _insert(connection: Connection, leaf: str) -> sql.Composed:
    connection.execute("drop table if exists sample")
    query = "create temporary table sample as select * from {} order by random() limit {}"
    connection.execute(sql.SQL(query).format(identifier(leaf), _ROWS))
    columns = [name for (name,) in connection.execute(_COLUMNS, [leaf]).fetchall()]
    values = [sql.SQL(_NEW[name]) if name in _NEW else sql.Identifier(name) for name in columns]
    return sql.SQL("insert into {} ({}) select {} from sample").format(
        identifier(leaf),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(values),
    )


def _timed(
    connection: Connection, insert: sql.Composed, off: set[str], flush: set[str]
) -> tuple[float, int]:
    with connection.transaction(force_rollback=True):
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            "update pg_index set indisready = false where indexrelid = any (%s::regclass[]::oid[])",
            [list(off)],
        )
        before = _position(connection)
        started = time.monotonic()
        connection.execute(insert)
        for gin in flush:
            connection.execute("select gin_clean_pending_list(%s::regclass)", [gin])
        return time.monotonic() - started, _position(connection) - before


def _position(connection: Connection) -> int:
    query = "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
    return int(connection.execute(query).fetchall()[0][0])
