"""`pgproof plan`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.ahead.plan import Plan, PlannedFile

_STATEMENT = 2


@click.command(cls=outcome.Command)
@options.settings(*options.CONNECTED, *options.REPEATABLES, "search_path", "lock_timeout")
@options.dsn
@options.target("--markdown", "Write the review page for a pull request; - is stdout.")
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
    markdown: str | None,
    offline: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Show the locks and the work of each pending statement.

    Shown are lock modes, rewrites, scans, sizes of relations and the findings of squawk. Statements
    that differ in numbers and constants alone are one row. Writes nothing, and refuses what
    `pgproof migrate` would refuse.

    \b
      pgproof plan
      pgproof plan --markdown -
      pgproof plan --offline
    """
    from pgproof.ahead import page
    from pgproof.ahead.plan import plan

    options.prepare_targets([markdown])
    found = plan(None if offline else options.resolve(dsn, settings), settings)
    if markdown is not None:
        options.write(markdown, page.markdown(found))
    if as_json:
        outcome.result(found.as_dict())
    elif markdown is None:
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
        lines = printing.columns(_rows(found, file, verbose), shrink=_STATEMENT, indent=1)
        printing.say(*(f" {line}" for line in lines))
        for statement in file.statements:
            printing.say(*(f"  {line}" for line in statement.difference))
        for finding, place in faults(file.findings, apart=verbose):
            printing.say(f"  squawk, {place}: {finding.rule}: {finding.message}")
        printing.say(*(f"  squawk, line {one.line}: {one}" for one in file.ignored))
        printing.say(*(f"  rollback {line}" for line in file.restores))
    if found.files and not found.linted:
        printing.say("squawk is not installed: no findings", err=True)
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
