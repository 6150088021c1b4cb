"""`tooling rollback`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.migrations
@options.dsn
@click.option("--to", metavar="ID", help="Undo every migration applied after this one.")
@options.dry_run
@options.events
def command(
    migrations: Path | None, dsn: str | None, to: str | None, dry_run: bool, as_json: bool
) -> None:
    """Undo the last applied migration by its rollback file.

    The file and the removal of its ledger row are one transaction. A migration without a
    rollback file is refused, and nothing is undone.

    \b
    tooling rollback --dry-run
    tooling rollback --to 0010.search
    """
    from tooling.deploy import as_migrator
    from tooling.migration.report import Json, Text
    from tooling.migration.rollback import rollback

    reporter = Json() if as_json else Text()
    settings = options.settings_for(migrations)
    result = rollback(as_migrator(dsn, settings), settings, reporter, to=to, dry_run=dry_run)
    if as_json:
        reporter("result", **result.as_dict())
    elif dry_run:
        for name in result.rolled_back:
            printing.say(name)
    else:
        printing.say(f"{len(result.rolled_back)} rolled back; {result.seconds:.2f} s", err=True)
