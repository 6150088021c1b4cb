"""`tooling plan`."""

from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from tooling import printing
from tooling.cli import options

if TYPE_CHECKING:
    from tooling.migration.plan import Plan


@click.command()
@options.migrations
@options.dsn
@click.option(
    "--markdown",
    "page",
    type=click.File("w", encoding="utf-8"),
    metavar="FILE",
    help="Write the review page for a pull request; - is stdout.",
)
@options.as_json
def command(migrations: Path | None, dsn: str | None, page: IO[str] | None, as_json: bool) -> None:
    """Show each pending statement: locks, rewrites, scans, sizes, squawk's findings.

    Writes nothing, and refuses what `tooling migrate` would refuse.

    \b
    tooling plan
    tooling plan --markdown -
    """
    from tooling.deploy import as_migrator
    from tooling.migration.plan import plan
    from tooling.migration.review import markdown

    settings = options.settings_for(migrations)
    found = plan(as_migrator(dsn, settings), settings)
    if page is not None:
        page.write(markdown(found))
    if as_json:
        printing.say_json(found.as_dict())
    elif page is None:
        _show(found)


def _show(found: "Plan") -> None:
    from rich.table import Table

    from tooling.migration.effects import Effect
    from tooling.migration.review import size_of, waits_of, work_of

    console = printing.console()
    if not console.is_terminal:
        console.width = 200
    if not found.files:
        printing.say("nothing is pending", err=True)
    for file in found.files:
        table = Table("#", "line", "statement", "lock", "on", "size", "work", "runs", box=None)
        for statement in file.statements:
            for effect in statement.effects or (Effect("", ""),):
                printing.row(
                    table,
                    str(statement.number),
                    str(statement.line),
                    statement.words,
                    effect.lock or effect.note,
                    effect.relation,
                    size_of(found, effect.relation),
                    work_of(effect),
                    waits_of(statement),
                )
        how = "one transaction" if file.transactional else "statement by statement"
        console.print(printing.heading(file.id, how))
        console.print(table)
        for finding in file.findings:
            printing.say(f"  squawk, line {finding.line}: {finding.rule}: {finding.message}")
    for name in found.repeatables:
        console.print(printing.heading(name, "repeatable"))
