"""`pgproof trace`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.errors import Exit
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.trace.records import Trace, TracedFile, TracedStatement

_STATEMENT = 2


@click.command(cls=outcome.Command)
@options.settings(*options.CONNECTED, *options.REPEATABLES, "search_path", "session")
@options.dsn
@click.option(
    "--template",
    metavar="DB",
    help="Copy this database of the server, with its data; nobody may be connected to it.",
)
@click.option(
    "--schema-of",
    metavar="URL",
    help="Copy the schema of this database of any server, by pg_dump, without its data.",
)
@click.option(
    "--replay",
    is_flag=True,
    help="Apply the migrations that are applied, even if the database is small enough to copy.",
)
@click.option(
    "--only",
    metavar="ID",
    multiple=True,
    help="Measure this migration alone; other pending ones are run and not measured.",
)
@click.option(
    "--queries",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="SQL of the application: show which of its transactions a file can deadlock with.",
)
@click.option(
    "--sizes",
    metavar="N,N,…",
    callback=options.sizes,
    help="Fill the copies with so many rows a table, and tell how each statement's time grows.",
)
@click.option(
    "--rows",
    metavar="TABLE=N",
    multiple=True,
    callback=options.row_counts,
    help="Rows of a table in production, else those of the statistics of --dsn; with --sizes.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1),
    default=3,
    metavar="N",
    help="How often each of the sizes is measured.",
)
@options.as_json
def command(
    settings: Settings,
    dsn: str | None,
    template: str | None,
    schema_of: str | None,
    replay: bool,
    only: tuple[str, ...],
    queries: Path | None,
    sizes: tuple[int, ...],
    rows: dict[str, int],
    repeats: int,
    as_json: bool,
) -> int:
    """Measure the pending statements on scratch copies.

    Measured are the locks on relations that were there before the file, which heaps and indexes
    are rewritten, which tables are read whole, rows changed, WAL and time. The copies are databases
    of their own on the server, and dropped at the end; the database itself is not changed. They
    are copies of the database if it is small (100 MB) or has no ledger, else the migrations that
    are applied make them.

    \b
      pgproof trace
      pgproof trace --template shop
      pgproof trace --only 0012.status --json
      pgproof trace --sizes 1e4,1e5,1e6 --rows public.orders=42e6
    """
    from pgproof.report import progress
    from pgproof.scratch.source import Source
    from pgproof.trace.trace import trace

    conninfo = options.scratch(dsn, settings)
    source = Source(template, schema_of, replay)
    prepare = options.preparing(settings)
    if sizes:
        from pgproof.cli.growth import run
        from pgproof.growth.grow import Sizes

        wanted = Sizes(sizes, rows, repeats)
        return run(conninfo, settings, wanted, source, only, prepare, as_json=as_json)
    found = trace(conninfo, settings, source, only, queries, report=progress, prepare=prepare)
    exit_code = _exit_code(found)
    if as_json:
        outcome.result(found.as_dict(), exit_code)
    else:
        _show(found)
    return exit_code


def _exit_code(found: "Trace") -> Exit:
    return Exit.MIGRATION if any(file.failure for file in found.files) else Exit.OK


def _show(found: "Trace") -> None:
    printing.say(f"copied: {found.copied}; PostgreSQL {found.version}", err=True)
    if not found.files:
        printing.say("nothing is pending", err=True)
    for file in found.files:
        how = "one transaction" if file.transactional else "statement by statement"
        printing.say_heading(file.id, how)
        lines = printing.columns(_rows(file), shrink=_STATEMENT, indent=1)
        printing.say(*(f" {line}" for line in lines))
        for statement in file.statements:
            waits = dict.fromkeys(one.what for one in statement.measured.waits)
            said = (
                *(f"waits for {one}" for one in waits),
                *statement.notes,
                *_claims(statement),
            )
            printing.say(*(f"  statement {statement.number}: {one}" for one in said))
        printing.say(*(f"  {line}" for line in _consequences(file)))
        if file.failure:
            sys.stdout.flush()
            printing.fail(file.failure, "Mend the file; what follows it was not measured.")


def _rows(file: "TracedFile") -> Iterator[tuple[str, ...]]:
    yield "#", "line", "statement", "lock", "on", "work", "rows", "WAL", "time"
    for one in file.statements:
        measured = one.measured
        read = {scan.relation for scan in measured.scans}
        about = (str(one.number), str(one.line), " ".join(one.sql.split())[:72])
        cost = (str(measured.rows), f"{measured.wal_bytes} B", f"{measured.seconds * 1000:.1f} ms")
        shown = [
            (lock.mode, lock.relation, _work(lock.relation, measured.rewrites, read))
            for lock in measured.locks
        ]
        locked = {lock.relation for lock in measured.locks}
        for name in sorted({*measured.rewrites, *read} - locked):
            shown.append(("", name, _work(name, measured.rewrites, read)))
        for number, row in enumerate(shown or [("", "", "")]):
            yield (*about, *row, *cost) if number == 0 else ("", "", "", *row, "", "", "")


def _consequences(file: "TracedFile") -> Iterator[str]:
    yield from (f"not asked: {one}" for one in file.unasked)
    for held in file.held:
        yield (
            f"{held.mode} on {held.relation}: taken by statement {held.statement}, held for"
            f" {held.seconds * 1000:.1f} ms"
        )
    for one in file.deadlocks:
        first, second = one.statements
        yield (
            f"can deadlock with {one.other}: statement {first} locks {one.first},"
            f" then statement {second} {one.second}"
        )


def _claims(statement: "TracedStatement") -> Iterator[str]:
    """Say which claims hold; those that cannot be measured are left to --json."""
    for one in statement.claims:
        what = f"{one.claim} of {one.relation}" if one.relation else one.claim
        if one.outcome != "not measurable" and (one.source, one.outcome) != ("plan", "confirmed"):
            yield f"{one.source}, {what}: {one.outcome}"


def _work(relation: str, rewrites: tuple[str, ...], read: set[str]) -> str:
    done = ("rewritten",) * (relation in rewrites) + ("read",) * (relation in read)
    return ", ".join(done)
