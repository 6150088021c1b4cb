"""`pgproof new`."""

import json

import click

from pgproof.cli import options
from pgproof.settings import Settings


@click.command()
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
        click.echo(json.dumps({"migration": str(script), "rollback": str(undo)}))
    else:
        click.echo(f"{script}\n{undo}")
