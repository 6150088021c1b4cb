"""`tooling baseline`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("migration_id", metavar="ID")
@options.migrations
@options.dsn
@options.dry_run
@options.events
def command(
    migration_id: str, migrations: Path | None, dsn: str | None, dry_run: bool, as_json: bool
) -> None:
    """Adopt an existing database: record the migrations up to ID as applied, running none.

    Compare the schemas first; this command takes your word. Refused if the ledger is not empty.

    \b
    tooling baseline 0005.performance-indexes --dry-run
    """
    from tooling.deploy import as_migrator
    from tooling.migration.baseline import baseline
    from tooling.migration.report import Json, Text

    reporter = Json() if as_json else Text()
    settings = options.settings_for(migrations)
    result = baseline(as_migrator(dsn, settings), settings, migration_id, reporter, dry_run=dry_run)
    if as_json:
        reporter("result", **result.as_dict())
    elif dry_run:
        for name in result.adopted:
            printing.say(name)
    else:
        printing.say(f"{len(result.adopted)} recorded as applied", err=True)
