"""Loads many rows into tables that are not in use, in the transaction of the caller.

Triggers and foreign keys are off (session_replication_role), since the rows are made to be as the
triggers would have them. Indexes are marked not ready, as CREATE INDEX CONCURRENTLY does, and
rebuilt by REINDEX, which makes them ready again and keeps their names: far cheaper than an index
entry a row, and a killed load leaves nothing.
"""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

from tooling.database import Connection

_LEAVES = """
select leaf.relid::regclass::text
  from unnest(%s::text[]) as wanted (name)
 cross join lateral (
           select tree.relid from pg_partition_tree(wanted.name::regclass) as tree where tree.isleaf
           union
           select c.oid from pg_class as c where c.oid = wanted.name::regclass and c.relkind = 'r'
       ) as leaf
 order by pg_relation_size(leaf.relid) desc, 1"""
_SETTINGS: tuple[LiteralString, ...] = (
    # Where Citus distributes the tables, its nodes get the settings that follow.
    "set local citus.propagate_set_commands = 'local'",
    "set local session_replication_role = replica",
    "set local maintenance_work_mem = '512MB'",
    "set local statement_timeout = 0",
)


def begin(connection: Connection, tables: Sequence[str]) -> None:
    """Keep others out of the tables, and put their indexes aside until `finish`.

    Needs a superuser and a transaction, whose end brings triggers and other users back.
    """
    for setting in _SETTINGS:
        connection.execute(setting)
    together = sql.SQL(", ").join(map(identifier, tables))
    connection.execute(sql.SQL("lock table {} in access exclusive mode").format(together))
    connection.execute(
        "update pg_catalog.pg_index set indisready = false"
        " where indrelid = any (%s::regclass[]::oid[])",
        [_leaves(connection, tables)],
    )


def copy(connection: Connection, table: str, columns: LiteralString, stream: bytes) -> None:
    """Send a stream of rows in the binary format."""
    command = sql.SQL("copy {} ({}) from stdin (format binary)")
    with (
        connection.cursor() as cursor,
        cursor.copy(command.format(identifier(table), sql.SQL(columns))) as copying,
    ):
        copying.write(stream)


def finish(connection: Connection, tables: Sequence[str]) -> None:
    """Build the indexes."""
    for leaf in _leaves(connection, tables):
        connection.execute(sql.SQL("reindex table {}").format(identifier(leaf)))


def identifier(name: str) -> sql.Identifier:
    """Return a schema-qualified name as SQL."""
    return sql.Identifier(*(part.strip('"') for part in name.split(".")))


def _leaves(connection: Connection, tables: Sequence[str]) -> list[str]:
    return [name for (name,) in connection.execute(_LEAVES, [list(tables)]).fetchall()]
