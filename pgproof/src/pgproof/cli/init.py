"""`pgproof init`."""

from pathlib import Path

import click

from pgproof import printing
from pgproof.cli import options, outcome


@click.command(cls=outcome.Command)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=".")
@options.dry_run
@options.as_json
def command(folder: Path, dry_run: bool, as_json: bool) -> None:
    """Create a repository of migrations in FOLDER.

    The default is the current folder. Writes settings, a first migration with its rollback file, a
    test of them and a workflow for CI. Replaces no file.

    \b
      pgproof init
      pgproof migrate
    """
    from pgproof.files.starter import begin

    paths = begin(folder, dry_run=dry_run)
    if as_json:
        outcome.result({"files": [str(path) for path in paths]})
    else:
        printing.say(*paths)
