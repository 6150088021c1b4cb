"""Writes a dataset into a database, over two connections that commit together.

The first half is committed right after the second: only a server that dies between the two could
leave a half, and then `check` refuses to add to it.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, LiteralString

from psycopg import sql

from tooling.database import Connection, connect, is_superuser
from tooling.errors import RefusedError
from tooling.laboratory.synthetic import blocks, bulk, lives, writer
from tooling.laboratory.synthetic.dataset import EPOCH, Dataset

_FILLED = "select exists (select from app.projects) or exists (select from app.project_events)"
Progress = Callable[[str, float], None]


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
    connection: Connection,
    dataset: Dataset,
    *,
    add: bool = False,
    processes: int = 2,
    progress: Progress = lambda _what, _share: None,
) -> Report:
    """Write the dataset's rows; all or none. The connection must be in autocommit mode.

    `progress` gets the step and the share of it that is done, from 0 to 1. Raises
    RefusedError if the database has tenant data (unless `add`), lacks the schema, or the role may
    not do it.
    """
    started = time.monotonic()
    check(connection, dataset, add=add)
    first = (EPOCH + timedelta(microseconds=dataset.start)).date()
    connection.execute("select ops.ensure_partitions(from_month => %s)", [first])
    places = writer.targets(connection)
    rows = dict.fromkeys(lives.TABLES, 0)
    digest = sha256()
    with _twin(connection) as twin:
        # The writers end before the transactions do: nothing is written after a rollback.
        with (
            connection.transaction(),
            twin.transaction(),
            writer.Writer(connection, places, writer.HALVES[0]) as one,
            writer.Writer(twin, places, writer.HALVES[1]) as other,
        ):
            total = len(dataset.blocks())
            for done, block in enumerate(blocks.all_blocks(dataset, processes), 1):
                one.write(block.parts)
                other.write(block.parts)
                for part in block.parts:
                    rows[part.table] += part.rows
                digest.update(block.sha256)
                progress("rows", done / total)
            one.finish()
            other.finish()
            one.wait()
            other.wait()
            progress("indexes", 1)
            connection.execute("select ops.recount_project_totals()")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(_vacuum, (connection, twin), writer.TABLES))
            progress("statistics", 1)
    connection.execute("select ops.refresh_project_stats()")
    return Report(dataset.accounts, rows, digest.hexdigest(), time.monotonic() - started)


def _vacuum(connection: Connection, tables: tuple[str, ...]) -> None:
    # Months are many and small: workers for each would take longer than they save.
    vacuum = sql.SQL("vacuum (analyze, parallel 0) {}")
    for table in tables:
        connection.execute(vacuum.format(bulk.identifier(table)))


def _twin(connection: Connection) -> Connection:
    """Return another connection to the same database, as the same user."""
    info = connection.info
    return connect(info.dsn, password=info.password or None, autocommit=True)


def check(connection: Connection, dataset: Dataset, *, add: bool) -> None:
    """Raise RefusedError if the dataset cannot be written into this database. Writes nothing."""
    if dataset.until > datetime.now(UTC):
        raise RefusedError(
            f"the data would end on {dataset.until:%Y-%m-%d}, which is in the future",
            hint="Give an earlier day with --until.",
        )
    if not is_superuser(connection):
        raise RefusedError(
            "generating data needs a superuser: it loads with triggers off",
            hint="Connect as one, or create projects through app.create_project.",
        )
    if _is(connection, "select to_regclass('app.event_chains') is null"):
        raise RefusedError(
            "this database does not have the schema yet", hint="Run `tooling migrate` first."
        )
    if not add and _is(connection, _FILLED):
        raise RefusedError(
            "this database has projects already",
            hint="Use an empty database, or add to these with --add and another --seed.",
        )


def _is(connection: Connection, query: LiteralString) -> bool:
    return connection.execute(query).fetchall() == [(True,)]


def expected(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """Yield each table and roughly how many rows it would get."""
    for table, share in zip(lives.TABLES, (1.0, 1.8, 4.1, 1.0), strict=True):
        yield table, round(dataset.projects * share)
