"""`pgproof baseline`."""

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@click.argument("migration_id", metavar="ID")
@options.settings(*options.CONNECTED)
@options.dsn
@options.dry_run
@options.events
def command(
    migration_id: str, settings: Settings, dsn: str | None, dry_run: bool, as_json: bool
) -> None:
    """Record migrations as applied, without running them.

    For a database that was created by other means: the migrations up to ID are recorded. Compare
    the schemas first; this command does not. Refused if the ledger is not empty.

    \b
      pgproof baseline 0005.performance-indexes --dry-run
    """
    from pgproof.report import Json, Text
    from pgproof.run.baseline import baseline

    options.announce(dsn, settings)
    reporter = Json() if as_json else Text()
    result = baseline(
        options.resolve(dsn, settings), settings, migration_id, reporter, dry_run=dry_run
    )
    if as_json:
        outcome.result(result.as_dict())
    elif dry_run:
        for name in result.adopted:
            printing.say(name)
    else:
        printing.say(f"{len(result.adopted)} recorded as applied", err=True)
