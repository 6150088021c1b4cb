"""`pgproof plan`."""

import json
from typing import IO, TYPE_CHECKING

import click

from pgproof.cli import options
from pgproof.settings import Settings

if TYPE_CHECKING:
    from pgproof.ahead.plan import Plan


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
@options.as_json
def command(settings: Settings, dsn: str | None, page: IO[str] | None, as_json: bool) -> None:
    """Show each pending statement: locks, rewrites, scans, sizes, squawk's findings.

    Writes nothing, and refuses what `pgproof migrate` would refuse.

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
        click.echo(json.dumps(found.as_dict(), default=str))
    elif page is None:
        _show(found)


def _show(found: "Plan") -> None:
    from rich.console import Console
    from rich.table import Table

    from pgproof.ahead.locks import Effect
    from pgproof.ahead.page import size_of, waits_of, work_of

    console = Console()
    if not console.is_terminal:
        console.width = 200
    if not found.files:
        click.echo("nothing is pending", err=True)
    for file in found.files:
        table = Table("#", "line", "statement", "lock", "on", "size", "work", "runs", box=None)
        for statement in file.statements:
            for effect in statement.effects or (Effect("", ""),):
                table.add_row(
                    str(statement.number),
                    str(statement.line),
                    statement.words.replace("[", "\\["),
                    effect.lock or effect.note,
                    effect.relation,
                    size_of(found, effect.relation),
                    work_of(effect),
                    waits_of(statement),
                )
        how = "one transaction" if file.transactional else "statement by statement"
        console.print(f"[bold]{file.id}[/bold]  {how}")
        console.print(table)
        for finding in file.findings:
            console.print(f"  squawk, line {finding.line}: {finding.rule}: {finding.message}")
    for name in found.repeatables:
        console.print(f"[bold]{name}[/bold]  repeatable")
