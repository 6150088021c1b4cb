"""Tracing the pending files on copies with more and more rows, and fitting curves to the times."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from pgproof.ahead.locks import strength
from pgproof.connection import connect
from pgproof.errors import InputError
from pgproof.files.folder import read
from pgproof.files.script import Migration
from pgproof.growth import fit, statistics
from pgproof.growth.bulk import Bulk
from pgproof.growth.fit import Point
from pgproof.growth.records import Grown, GrownFile, Sized
from pgproof.ledger import compare
from pgproof.ledger.reader import reading
from pgproof.report import Reporter, silent
from pgproof.run.migrate import migrate
from pgproof.run.options import Options
from pgproof.scratch import copies
from pgproof.scratch.databases import Databases, databases
from pgproof.scratch.source import Source, base
from pgproof.settings import Settings
from pgproof.trace.records import Measured, Trace
from pgproof.trace.trace import trace
from pgproof.verify import data

REPEATS = 3
"""How often each size is measured."""
_STORED = """
select format('%%I.%%I', n.nspname, c.relname)
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
   and n.nspname !~ '^pg_' and n.nspname <> all (array['information_schema', %s])
   and (c.relkind <> 'm' or c.relispopulated)
 order by 1
"""
Fill = Callable[[str, int], None]
"""Gets the connection string of a database and a size, and fills it."""


@dataclass(frozen=True)
class Sizes:
    """The sizes to measure, how often, and the rows that tables have in production, by name."""

    sizes: tuple[int, ...]
    rows: Mapping[str, int]
    repeats: int = REPEATS


def grow(
    conninfo: str,
    settings: Settings,
    sizes: Sizes,
    source: Source | None = None,
    only: Sequence[str] = (),
    report: Reporter = silent,
    prepare: copies.Prepare = str,
    fill: Fill | None = None,
) -> Sized:
    """Measure the pending statements on scratch copies whose tables have so many rows.

    Tables are filled with rows that are made up, with nulls, distinct values and widths as the
    statistics of the database have them, or by `fill`. With `only`, the files before the first of
    these are applied to the copy before it is filled. Raises PgproofError like `trace`.
    """
    if len(set(sizes.sizes)) < 2:
        raise InputError(
            "one size tells nothing of growth", hint="Give two or more: --sizes 1e4,1e5,1e6."
        )
    with closing(connect(conninfo, autocommit=True)) as connection:
        production = {**statistics.counts(connection), **sizes.rows}
        shapes = statistics.shapes(connection)
    runs: dict[int, list[Trace]] = {}
    counts: dict[int, dict[str, int]] = {}
    with ExitStack() as stack:
        made = stack.enter_context(databases(conninfo))
        here = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pgproof-")))
        begun = _begun(made, conninfo, settings, source or Source(), only, prepare, here)
        refused: dict[str, str] = {}
        for size in sorted(set(sizes.sizes)):
            copy = copies.of_database(made, copies.database_of(begun))
            counts[size] = _filled(copy, settings, size, fill or shapes, refused)
            name = copies.database_of(copy)
            for number in range(sizes.repeats):
                report("size", rows=size, repeat=number + 1)
                found = trace(copy, settings, Source(template=name), only, None, silent, prepare)
                runs.setdefault(size, []).append(found)
            made.drop(copy)
    last = runs[max(runs)][0]
    _known(sizes.rows, counts[max(counts)])
    files = tuple(
        GrownFile(
            file.id,
            tuple(
                _grown(place, number, runs, counts, production)
                for number in range(len(file.statements))
            ),
        )
        for place, file in enumerate(last.files)
    )
    return Sized(last, files, counts, refused, production)


def _begun(
    made: Databases,
    conninfo: str,
    settings: Settings,
    source: Source,
    only: Sequence[str],
    prepare: copies.Prepare,
    here: Path,
) -> str:
    """Return a copy with what is applied, and with what comes before the first of `only`."""
    folder = read(settings.migrations, settings.program)
    with reading(conninfo, settings, folder) as reader:
        work = compare.compare(folder, reader.known.state, allow_out_of_order=True)
    pending = {one.id for one in work.pending}
    before = [one for one in work.ordered if one.id not in pending]
    _, begun = base(made, conninfo, settings, before, source, prepare)
    first = next((place for place, one in enumerate(work.pending) if one.id in only), 0)
    if first:
        _apply(begun, settings, [*before, *work.pending[:first]], prepare, here)
    return begun


def _apply(
    conninfo: str,
    settings: Settings,
    files: Iterable[Migration],
    prepare: copies.Prepare,
    here: Path,
) -> None:
    for one in files:
        copies.put(here, one)
    alone = settings.of_scratch(here, after=())
    migrate(prepare(conninfo), alone, options=Options(allow_out_of_order=True))


def _filled(
    conninfo: str,
    settings: Settings,
    size: int,
    fill: Fill | statistics.Shapes,
    refused: dict[str, str],
) -> dict[str, int]:
    """Fill a database, and return how many rows each table has then."""
    if not isinstance(fill, dict):
        fill(conninfo, size)
    with closing(connect(conninfo, autocommit=True)) as connection:
        names = data.names(connection, settings.ledger_schema)
        bulk = Bulk(connection, fill if isinstance(fill, dict) else {})
        if isinstance(fill, dict):
            bulk.fill(names, size)
            refused.update(bulk.refused)
        stored = connection.execute(_STORED, [settings.ledger_schema]).fetchall()
        return {name: bulk.count(name) for (name,) in stored}


def _grown(
    place: int,
    number: int,
    runs: Mapping[int, Sequence[Trace]],
    counts: Mapping[int, Mapping[str, int]],
    production: Mapping[str, int],
) -> Grown:
    largest = max(runs)
    statement = runs[largest][0].files[place].statements[number]
    table = _table(statement.measured, counts[largest], production)
    points = []
    for size, traces in runs.items():
        for one in traces:
            measured = one.files[place].statements[number]
            if measured.failure is None:
                rows = counts[size].get(table, size) if table else size
                points.append(Point(rows, measured.measured.seconds))
    found = fit.fit(points)
    rows = production.get(table, 0) if table else 0
    expected = found.at(rows) if rows > 0 else None
    return Grown(statement.number, statement.line, statement.sql, table, found, expected)


def _table(
    measured: Measured, counts: Mapping[str, int], production: Mapping[str, int]
) -> str | None:
    """Return the table that a statement's time grows with: the largest that it reads or writes.

    Of one that does neither, it is the one that it locks the most.
    """
    worked = {*measured.rewrites, *(one.relation for one in measured.scans)} & counts.keys()
    if not worked:
        locks = [one for one in measured.locks if one.relation in counts]
        top = max((strength(one.mode) for one in locks), default=0)
        worked = {one.relation for one in locks if strength(one.mode) == top}
    order = sorted(worked, key=lambda one: (production.get(one, 0), counts[one], one))
    return order[-1] if order else None


def _known(rows: Mapping[str, int], counts: Mapping[str, int]) -> None:
    """Raise InputError for a table that there is not."""
    for name in rows:
        if name not in counts:
            raise InputError(
                f"there is no table {name} in the copy",
                hint="Name tables with their schema: --rows public.orders=42e6.",
            )
