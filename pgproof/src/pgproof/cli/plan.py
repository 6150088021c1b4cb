"""`pgproof plan`."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

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
@click.option(
    "--markdown",
    "page",
    type=click.File("w", encoding="utf-8"),
    metavar="FILE",
    help="Write the review page for a pull request; - is stdout.",
)
@options.as_json
def command(settings: Settings, dsn: str | None, page: IO[str] | None, as_json: bool) -> None:
    """Show the locks and the work of each pending statement.

    Shown are lock modes, rewrites, scans, sizes of relations and the findings of squawk. Writes
    nothing, and refuses what `pgproof migrate` would refuse.

    \b
      pgproof plan
      pgproof plan --markdown -
    """
    from pgproof.ahead.page import markdown
    from pgproof.ahead.plan import plan

    found = plan(options.resolve(dsn, settings), settings)
    if page is not None:
        page.write(markdown(found))
    if as_json:
        outcome.result(found.as_dict())
    elif page is None:
        _show(found)


def _show(found: "Plan") -> None:
    if not found.files:
        printing.say("nothing is pending", err=True)
    for file in found.files:
        how = "one transaction" if file.transactional else "statement by statement"
        printing.say_heading(file.id, how)
        lines = printing.columns(_rows(found, file), shrink=_STATEMENT)
        printing.say(*(f" {line}" for line in lines))
        for finding in file.findings:
            printing.say(f"  squawk, line {finding.line}: {finding.rule}: {finding.message}")
        for difference in file.replaced:
            printing.say_page(difference)
        printing.say(*(f"  rollback {line}" for line in file.restores))
    for name in found.repeatables:
        printing.say_heading(name, "repeatable")


def _rows(found: "Plan", file: "PlannedFile") -> Iterator[tuple[str, ...]]:
    from pgproof.ahead.locks import Effect
    from pgproof.ahead.page import size_of, waits_of, work_of

    yield "#", "line", "statement", "lock", "on", "size", "work", "runs"
    for statement in file.statements:
        for effect in statement.effects or (Effect("", ""),):
            yield (
                str(statement.number),
                str(statement.line),
                statement.words,
                effect.lock or effect.note,
                effect.relation,
                size_of(found, effect.relation),
                work_of(effect),
                waits_of(statement),
            )
