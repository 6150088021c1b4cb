"""`pgproof new`."""

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@click.argument("name")
@options.settings("migrations")
@options.dry_run
@options.as_json
def command(name: str, settings: Settings, dry_run: bool, as_json: bool) -> None:
    """Scaffold a migration and its rollback file, numbered after the last one.

    \b
    pgproof new project-status
    """
    from pgproof.files.scaffold import scaffold

    folder = settings.migrations
    script, undo = scaffold(folder, name, dry_run=dry_run)
    if as_json:
        outcome.result({"migration": str(script), "rollback": str(undo)})
    else:
        printing.say(script, undo)
