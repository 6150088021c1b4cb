"""`pgproof plan`."""

import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.ahead.plan import Plan, PlannedFile

_STATEMENT = 2
_SHORTEST = 20


@click.command()
@options.settings(*options.CONNECTED, *options.REPEATABLES, "search_path", "lock_timeout")
@options.dsn
@click.option(
    "--markdown",
    "page",
    type=click.File("w", encoding="utf-8"),
    metavar="FILE",
    help="Write the review page for a pull request; - is stdout.",
)
@click.option(
    "--offline",
    is_flag=True,
    help="Ask no server: every file is taken to be pending, and only its text is known.",
)
@click.option("--verbose", is_flag=True, help="Show each statement and each table on its own.")
@options.as_json
def command(
    settings: Settings,
    dsn: str | None,
    page: IO[str] | None,
    offline: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Show each pending statement: locks, rewrites, scans, sizes, squawk's findings.

    Statements that differ in numbers and constants alone are one row. Writes nothing, and refuses
    what `pgproof migrate` would refuse.

    \b
    pgproof plan
    pgproof plan --markdown -
    pgproof plan --offline
    """
    from pgproof.ahead.page import markdown
    from pgproof.ahead.plan import plan

    found = plan(None if offline else options.resolve(dsn, settings), settings)
    if page is not None:
        page.write(markdown(found))
    if as_json:
        printing.say_json(found.as_dict())
    elif page is None:
        _show(found, verbose)


def _show(found: "Plan", verbose: bool) -> None:
    from pgproof.ahead.groups import faults

    for one in found.unknown:
        printing.say(f"not known: {one}", err=True)
    if not found.files:
        printing.say("nothing is pending", err=True)
    for file in found.files:
        how = "one transaction" if file.transactional else "statement by statement"
        printing.say_heading(file.id, how)
        printing.say(*_table(_rows(found, file, verbose)))
        for statement in file.statements:
            printing.say(*(f"  {line}" for line in statement.difference))
        for finding, place in faults(file.findings, apart=verbose):
            printing.say(f"  squawk, {place}: {finding.rule}: {finding.message}")
    for name in found.repeatables:
        printing.say_heading(name, "repeatable")


def _rows(found: "Plan", file: "PlannedFile", verbose: bool) -> Iterator[tuple[str, ...]]:
    from pgproof.ahead.groups import groups
    from pgproof.ahead.page import size_of, waits_of, work_of

    yield "#", "line", "statement", "lock", "on", "size", "work", "runs", "note"
    for group in groups(file, apart=verbose):
        statement = group.first
        for effect, where in group.effects(found, apart=verbose):
            yield (
                str(statement.number),
                str(statement.line),
                group.words,
                effect.lock,
                where,
                size_of(found, effect.relation),
                work_of(effect),
                waits_of(statement),
                effect.note,
            )


def _table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield lines of columns, the statements shortened to what a terminal has room for."""
    rows = [tuple(map(printing.plain, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if sys.stdout.isatty():
        others = sum(widths) - widths[_STATEMENT] + 2 * len(widths)
        room = max(_SHORTEST, shutil.get_terminal_size().columns - others)
        widths[_STATEMENT] = min(widths[_STATEMENT], room)
    for row in rows:
        cells = list(row)
        if len(cells[_STATEMENT]) > widths[_STATEMENT]:
            cells[_STATEMENT] = f"{cells[_STATEMENT][: widths[_STATEMENT] - 1]}…"
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        yield f" {'  '.join(padded)}".rstrip()
