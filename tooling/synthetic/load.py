"""Writes a plan into a database, in one transaction.

Triggers and foreign keys are off while it loads (session_replication_role), since the rows are made
to be as the triggers would have them. Indexes are marked not ready, as CREATE INDEX CONCURRENTLY
does, and rebuilt by REINDEX, which makes them ready again and keeps their names: far cheaper than
an index entry a row, and a killed load leaves nothing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql

from tooling.errors import RefusedError
from tooling.synthetic import blocks, lives
from tooling.synthetic.plan import EPOCH, Plan

Progress = Callable[[str, float], None]

_LEAVES = """
select leaf.relid::regclass::text
  from unnest(%s::text[]) as wanted (name)
 cross join lateral (
           select tree.relid from pg_partition_tree(wanted.name::regclass) as tree where tree.isleaf
           union
           select c.oid from pg_class as c where c.oid = wanted.name::regclass and c.relkind = 'r'
       ) as leaf
 order by pg_relation_size(leaf.relid) desc, 1"""
_SETTINGS = (
    "set local session_replication_role = replica",
    "set local maintenance_work_mem = '512MB'",
    "set local statement_timeout = 0",
)


@dataclass(frozen=True)
class Report:
    """What was written. `sha256` is over the rows in their order; equal plans give equal hashes."""

    accounts: int
    rows: dict[str, int]
    sha256: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, and the rate in rows a second."""
        rate = round(sum(self.rows.values()) / self.seconds)
        return {**asdict(self), "rows_per_second": rate}


def generate(
    connection: psycopg.Connection[Any],
    plan: Plan,
    *,
    add: bool = False,
    processes: int = 2,
    progress: Progress = lambda _what, _share: None,
) -> Report:
    """Write the plan's rows; all or none. The connection must be in autocommit mode.

    `progress` is told what is being done and how much of it is done, from 0 to 1. Raises
    RefusedError if the database has tenant data (unless `add`), lacks the schema, or the role may
    not do it.
    """
    started = time.monotonic()
    check(connection, plan, add=add)
    rows = dict.fromkeys(lives.TABLES, 0)
    digest = sha256()
    with connection.transaction(), connection.cursor() as cursor:
        for setting in _SETTINGS:
            cursor.execute(setting)
        tables = sql.SQL(", ").join(map(_identifier, lives.TABLES))
        cursor.execute(sql.SQL("lock table {} in access exclusive mode").format(tables))
        first = (EPOCH + timedelta(microseconds=plan.start)).date()
        cursor.execute("select ops.ensure_partitions(from_month => %s)", [first])
        leaves = _leaves(cursor)
        cursor.execute(
            "update pg_catalog.pg_index set indisready = false"
            " where indrelid = any (%s::regclass[]::oid[])",
            [leaves],
        )
        total = len(plan.blocks())
        for done, block in enumerate(blocks.all_blocks(plan, processes), 1):
            _copy(cursor, block)
            digest.update(block.sha256)
            for table, count in block.rows.items():
                rows[table] += count
            progress("rows", done / total)
        for number, leaf in enumerate(_leaves(cursor), 1):
            cursor.execute(sql.SQL("reindex table {}").format(_identifier(leaf)))
            progress("indexes", number / len(leaves))
    for number, table in enumerate(lives.TABLES, 1):
        connection.execute(sql.SQL("vacuum (analyze) {}").format(_identifier(table)))
        progress("statistics", number / len(lives.TABLES))
    connection.execute("select ops.refresh_project_stats()")
    return Report(plan.accounts, rows, digest.hexdigest(), time.monotonic() - started)


def check(connection: psycopg.Connection[Any], plan: Plan, *, add: bool) -> None:
    """Raise RefusedError if the plan cannot be written into this database. Writes nothing."""
    if plan.until > datetime.now(UTC):
        raise RefusedError(
            f"the data would end on {plan.until:%Y-%m-%d}, which is in the future",
            hint="Give an earlier day with --until.",
        )
    (is_superuser,) = _row(
        connection, "select rolsuper from pg_catalog.pg_roles where rolname = current_user"
    )
    if not is_superuser:
        raise RefusedError(
            "generating data needs a superuser: it loads with triggers off",
            hint="Connect as one, or create projects through app.create_project.",
        )
    (exists,) = _row(connection, "select to_regclass('app.event_chains') is not null")
    if not exists:
        raise RefusedError(
            "this database does not have the schema yet", hint="Run `tooling migrate` first."
        )
    (filled,) = _row(
        connection,
        "select exists (select from app.projects) or exists (select from app.project_events)",
    )
    if filled and not add:
        raise RefusedError(
            "this database has projects already",
            hint="Use an empty database, or add to these with --add and another --seed.",
        )


def _copy(cursor: psycopg.Cursor[Any], block: blocks.Block) -> None:
    for table, columns in lives.TABLES.items():
        command = f"copy {table} ({columns}) from stdin (format binary)"
        with cursor.copy(command) as copy:
            copy.write(block.streams[table])


def _leaves(cursor: psycopg.Cursor[Any]) -> list[str]:
    return [name for (name,) in cursor.execute(_LEAVES, [list(lives.TABLES)]).fetchall()]


def _identifier(name: str) -> sql.Identifier:
    return sql.Identifier(*(part.strip('"') for part in name.split(".")))


def _row(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    return row if row is not None else (None,)


def expected(plan: Plan) -> Iterator[tuple[str, int]]:
    """Yield each table and roughly how many rows it would get."""
    for table, share in zip(lives.TABLES, (1.0, 1.8, 4.1, 1.0), strict=True):
        yield table, round(plan.projects * share)
