"""Bring a database up to date: migrations, seeds, steel catalog; and count what is in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgproof.report import Text
from pgproof.run.migrate import migrate
from pgproof.run.options import Result
from tooling import catalog, seeds
from tooling.database import connect_owner
from tooling.deploy import migrator as deploy
from tooling.errors import ToolingError
from tooling.settings import Settings

COUNTED_ROWS = 10_000

_TABLES = """
select n.nspname, c.relname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n
    on n.oid = c.relnamespace
 where n.nspname in ('app', 'catalog')
   and c.relkind in ('r', 'p')
   and not c.relispartition
 order by n.nspname, c.relname"""

_ESTIMATE = """
select sum(greatest(c.reltuples, 0))::bigint
  from pg_catalog.pg_class as c
 where c.oid = %(table)s::regclass
    or c.oid in (select relid from pg_catalog.pg_partition_tree(%(table)s))"""


@dataclass(frozen=True)
class Count:
    """Rows of a table; not exact above COUNTED_ROWS, where the planner's estimate is given."""

    table: str
    rows: int
    is_exact: bool


def bring_up(
    conninfo: str, settings: Settings, tell: Callable[[str], None]
) -> tuple[Result, list[Count]]:
    """Apply the migrations, load the seeds and the steel catalog; each only if it is not current.

    `tell` gets each line of what was loaded. Raises ToolingError, with the exit code of an import
    that left something out, after all else is done.
    """
    applied = migrate(deploy.prepared(conninfo, settings), settings, Text())
    with connect_owner(conninfo, autocommit=True) as connection:
        if not seeds.is_current(connection, settings.seeds):
            _tell(tell, seeds.load(connection, settings.seeds).lines())
        incomplete = []
        for file in catalog.missing_sources(connection, settings):
            report = catalog.import_file(connection, file)
            _tell(tell, report.lines())
            if report.exit_code:
                incomplete.append((file, report.exit_code))
        counts = count_rows(connection)
    if incomplete:
        file, code = max(incomplete, key=lambda one: one[1])
        raise ToolingError(
            f"{file}: not all of it was loaded",
            hint=f"See the rows: tooling import-aisc {file} --dry-run",
            exit_code=code,
        )
    return applied, counts


def _tell(tell: Callable[[str], None], lines: Iterable[str]) -> None:
    for line in lines:
        tell(line)


def count_rows(connection: psycopg.Connection[Any]) -> list[Count]:
    """Return the rows of each table of app and catalog. Writes nothing."""
    tables = connection.execute(_TABLES).fetchall()
    if not tables:
        return []
    limited = sql.SQL(" union all ").join(
        sql.SQL("select {}, count(*) from (select from {} limit {}) as t").format(
            number, sql.Identifier(*name), COUNTED_ROWS + 1
        )
        for number, name in enumerate(tables)
    )
    counted = dict(connection.execute(limited).fetchall())
    return [_count(connection, name, counted[number]) for number, name in enumerate(tables)]


def _count(connection: psycopg.Connection[Any], name: tuple[str, str], counted: int) -> Count:
    shown = ".".join(name)
    if counted <= COUNTED_ROWS:
        return Count(shown, counted, is_exact=True)
    table = sql.Identifier(*name).as_string(connection)
    (estimate,) = connection.execute(_ESTIMATE, {"table": table}).fetchone() or (0,)
    return Count(shown, max(counted, estimate), is_exact=False)
