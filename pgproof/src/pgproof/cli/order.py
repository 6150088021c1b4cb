"""`pgproof order`."""

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@options.settings("migrations", "ledger_schema", "owner", "server", "before")
@options.dsn
@click.option(
    "--base",
    metavar="REV",
    required=True,
    help="Branch, tag or commit of git that this branch will be merged into.",
)
@click.option(
    "--template",
    metavar="DB",
    help="Begin with a copy of this database of the server; nobody may be connected to it.",
)
@click.option(
    "--rows",
    type=click.IntRange(0),
    default=5,
    metavar="N",
    help="Rows that are made up for each empty table.",
)
@click.option("--markdown", is_flag=True, help="Print the result in Markdown.")
@options.as_json
def command(
    settings: Settings,
    dsn: str | None,
    base: str,
    template: str | None,
    rows: int,
    markdown: bool,
    as_json: bool,
) -> int:
    """Show whether two branches make one database in either order.

    Compared are the migrations of the folder that the merge base of HEAD and REV does not have, and
    those that landed on REV meanwhile. Both are applied to scratch databases of the server, in
    either order, and every object and row is compared. Named are objects that differ, statements
    that fail in one order, and files of one name or number. Exit code: 0 if either order makes one
    database, 28 if not.

    \b
      pgproof order --base origin/main
      pgproof order --base origin/main --json
    """
    from pgproof.order import page
    from pgproof.order.prove import prove
    from pgproof.report import progress

    found = prove(
        settings,
        options.scratch(dsn, settings),
        base,
        rows=rows,
        template=template,
        prepare=options.preparing(settings),
        report=progress,
    )
    if as_json:
        outcome.result(found.as_dict(), found.exit_code)
    elif markdown:
        printing.say(page.section(found).removesuffix("\n"))
    else:
        printing.say(*page.lines(found))
    return int(found.exit_code)
