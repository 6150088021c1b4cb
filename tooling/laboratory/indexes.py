"""Which benchmark queries each index of app serves, how large it is, and what it costs a write."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from tooling.database import Connection
from tooling.laboratory import machine, mixed, write_costs
from tooling.laboratory import run as bench
from tooling.laboratory.synthetic.dataset import UNTIL
from tooling.queries.application import QUERIES
from tooling.queries.parameters import Parameters, choose, prepared
from tooling.server.server import Server

_INDEXES = """
select i.indexrelid::regclass::text,
       i.indrelid::regclass::text,
       exists (select from pg_constraint as k where k.conindid = i.indexrelid),
       sum(pg_relation_size(leaf.oid))::bigint,
       sum(pg_stat_get_numscans(leaf.oid))::bigint
  from pg_index as i
  join pg_class as c on c.oid = i.indrelid
 cross join lateral (
           select tree.relid::oid as oid from pg_partition_tree(i.indexrelid) as tree
            where tree.isleaf
           union
           select i.indexrelid where c.relkind <> 'p'
       ) as leaf
 where c.relnamespace = 'app'::regnamespace
   and not c.relispartition
 group by i.indexrelid, i.indrelid
 order by 2, 3 desc, 1"""
SETTINGS: dict[str, str] = {**bench.SETTINGS, "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Index:
    """An index with its partitions. `serves` names the query classes and requests that scan it.

    `microseconds` and `wal_bytes` are what it adds to the insert of a row, None if not measured.
    """

    name: str
    table: str
    is_constraint: bool
    bytes: int
    serves: tuple[str, ...]
    microseconds: float | None = None
    wal_bytes: int | None = None

    @property
    def is_needless(self) -> bool:
        """Tell whether it neither keeps a rule nor serves a query."""
        return not (self.is_constraint or self.serves)


def run(server: Server, projects: int, tell: bench.Tell) -> dict[str, Any]:
    """Fill a database of a server started with SETTINGS, and return the page's document."""
    bench.make(server, "indexed", projects, tell)
    with psycopg.connect(server.url("indexed"), autocommit=True) as connection:
        parameters = choose(connection, UNTIL)
        tell("queries")
        found = review(server, "indexed", parameters)
        tell("write costs")
        costs = write_costs.measure(connection)
    for number, index in enumerate(found):
        if index.name in costs:
            microseconds, wal = costs[index.name]
            found[number] = replace(index, microseconds=microseconds, wal_bytes=wal)
    rows = [{**asdict(index), "needless": index.is_needless} for index in found]
    return {**machine.facts(server), "projects": projects, "indexes": rows}


def review(server: Server, database: str, parameters: Sequence[Parameters]) -> list[Index]:
    """Ask every query class and request, and return what each index was scanned for.

    The database holds generated rows and the targets of mixed.choose_targets; rows are written.
    """
    serves: dict[str, list[str]] = {}
    with psycopg.connect(server.url(database), autocommit=True) as admin:
        for what in _ask_everything(server, database, parameters, admin):
            for row in _indexes(admin):
                if row[4] > 0:
                    serves.setdefault(row[0], []).append(what)
        found = []
        for name, table, is_constraint, size, _ in _indexes(admin):
            served = tuple(serves.get(name, ()))
            found.append(Index(name, table, is_constraint, size, served))
        return found


def _ask_everything(
    server: Server, database: str, parameters: Sequence[Parameters], admin: Connection
) -> Iterator[str]:
    """Ask one class after the other; yield its name when the counts are those of it alone."""
    application = server.url(database, user="eagle_application")
    for name, query in QUERIES.items():
        _reset(admin)
        with psycopg.connect(application, autocommit=True) as connection:
            for account in parameters:
                with prepared(connection, query, account) as asked:
                    connection.execute(asked)
            connection.execute("select pg_stat_force_next_flush()")
        yield name
    with tempfile.TemporaryDirectory() as folder:
        options = mixed.write_scripts(Path(folder), "ours", mixed.choose_targets(admin))
        for name, script in zip(mixed.OURS, options[1::2], strict=True):
            _reset(admin)
            mixed.once(server, database, script.rsplit("@", 1)[0])
            yield f"request: {name}"
    _reset(admin)
    admin.execute("select ops.refresh_project_stats()")
    admin.execute("select pg_stat_force_next_flush()")
    yield "refresh"


def _reset(admin: Connection) -> None:
    admin.execute("select pg_stat_reset()")


def _indexes(admin: Connection) -> list[tuple[Any, ...]]:
    admin.execute("select pg_stat_clear_snapshot()")
    return admin.execute(_INDEXES).fetchall()
