"""`pgproof new`."""

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.errors import InputError
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@click.argument("name")
@click.option(
    "--replaces",
    metavar="OBJECT",
    multiple=True,
    help="Copy this function, procedure or view from the setting `present`.",
)
@options.settings("migrations", "present")
@options.dry_run
@options.as_json
def command(
    name: str, replaces: tuple[str, ...], settings: Settings, dry_run: bool, as_json: bool
) -> None:
    """Create a migration and its rollback file.

    Their number is the one after that of the last migration.

    With --replaces, which may be repeated, the migration holds the text that the object has in its
    file, as CREATE OR REPLACE, and the rollback file a directive that restores the one before.

    \b
      pgproof new project-status
      pgproof new faster-search --replaces shop.search
    """
    from pgproof.files.copies import Copy, copies
    from pgproof.files.folder import read
    from pgproof.files.scaffold import scaffold

    folder, copy = settings.migrations, Copy()
    if replaces:
        if settings.present is None:
            raise InputError(
                "the setting `present` is not set",
                hint="Set it to the folder that holds the schema as it is, one object a file.",
            )
        copy = copies(settings.present, read(folder, settings.program).ordered(), replaces)
    script, undo = scaffold(folder, name, dry_run=dry_run, text=copy.script, back=copy.undo)
    if as_json:
        made = {"migration": str(script), "rollback": str(undo), "left": copy.left}
        outcome.result(made)
    else:
        printing.say(script, undo)
        printing.say(*(f"not copied: {line}" for line in copy.left), err=True)
