"""`pgproof rollback`."""

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@options.settings(*options.CONNECTED, *options.RUNNING)
@options.dsn
@click.option("--to", metavar="ID", help="Undo every migration applied after this one.")
@options.dry_run
@options.events
def command(
    settings: Settings, dsn: str | None, to: str | None, dry_run: bool, as_json: bool
) -> None:
    """Undo the newest applied migration, by its rollback file.

    After --allow-out-of-order that need not be the last one by name. The file and the removal of
    its ledger row are one transaction. If a migration has no rollback file, nothing is undone.

    \b
      pgproof rollback --dry-run
      pgproof rollback --to 0010.search
    """
    from pgproof.report import Json, Text
    from pgproof.run.rollback import rollback

    options.announce(dsn, settings)
    reporter = Json() if as_json else Text()
    result = rollback(options.resolve(dsn, settings), settings, reporter, to=to, dry_run=dry_run)
    if as_json:
        outcome.result(result.as_dict())
        return
    if to is not None and not result.rolled_back:
        printing.say(f"nothing was applied after {to}", err=True)
    if dry_run:
        for name in result.rolled_back:
            printing.say(name)
        printing.say(*result.restores, err=True)
    else:
        printing.say(f"{len(result.rolled_back)} rolled back; {result.seconds:.2f} s", err=True)
