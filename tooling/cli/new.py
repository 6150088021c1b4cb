"""`tooling new`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("name")
@options.migrations
@options.dry_run
@options.as_json
def command(name: str, migrations: Path | None, dry_run: bool, as_json: bool) -> None:
    """Scaffold a migration and its rollback file, numbered after the last one.

    \b
    tooling new project-status
    """
    from tooling.migration.scaffold import scaffold

    folder = options.settings_for(migrations).migrations
    script, undo = scaffold(folder, name, dry_run=dry_run)
    if as_json:
        printing.say_json({"migration": str(script), "rollback": str(undo)})
    else:
        printing.say(script, undo)
