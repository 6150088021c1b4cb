"""`pgproof new`."""

import click

from pgproof import printing
from pgproof.cli import options
from pgproof.settings import Settings


@click.command()
@click.argument("name")
@options.settings("migrations")
@options.dry_run
@options.as_json
def command(name: str, settings: Settings, dry_run: bool, as_json: bool) -> None:
    """Create a migration and its rollback file.

    Their number is the one after that of the last migration.

    \b
      pgproof new project-status
    """
    from pgproof.files.scaffold import scaffold

    folder = settings.migrations
    script, undo = scaffold(folder, name, dry_run=dry_run)
    if as_json:
        printing.say_json({"migration": str(script), "rollback": str(undo)})
    else:
        printing.say(script, undo)
