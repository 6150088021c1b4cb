"""`pgproof import`."""

from pathlib import Path

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.foreign.formats import FORMATS
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@click.argument("form", type=click.Choice(list(FORMATS)))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options.settings("migrations", "ledger_schema", "owner", "server")
@click.option(
    "--adopt", "adopting", is_flag=True, help="Record as applied what the tool says is applied."
)
@click.option(
    "--table", metavar="[SCHEMA.]TABLE", help="The tool's table of what is applied, for --adopt."
)
@options.dsn
@options.dry_run
@options.as_json
def command(
    form: str,
    folder: Path,
    settings: Settings,
    adopting: bool,
    table: str | None,
    dsn: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Convert the migrations of another tool in DIR into the folder of migrations.

    Writes all files or none, and replaces nothing. Nothing is run; what a run would refuse of the
    files is told.

    \b
    pgproof import dbmate db/migrations --dry-run
    pgproof import dbmate db/migrations
    pgproof import dbmate db/migrations --adopt --dsn postgresql://host/db
    """
    from pgproof.foreign.importing import Source, adopt, bring_over

    source = Source(form, folder, table)
    if adopting:
        options.announce(dsn, settings)
        found = adopt(source, options.resolve(dsn, settings), settings, dry_run=dry_run)
    else:
        found = bring_over(source, settings, dry_run=dry_run)
    if as_json:
        outcome.result(found.as_dict())
        return
    printing.say(*found.files)
    if adopting and dry_run:
        printing.say(*(f"applied   {name}" for name in found.adopted))
    elif adopting:
        printing.say(f"{len(found.adopted)} recorded as applied", err=True)
    printing.say(*(f"warning: {problem}" for problem in found.problems), err=True)
