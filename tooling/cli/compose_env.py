"""`tooling compose-env`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.dry_run
def command(dry_run: bool) -> None:
    """Write passwords and keys of the compose stack into .env.

    Variables that the compose files require and .env lacks get random values, and their names are
    printed. Values that are there do not change. Only the owner of the file can read it, and git
    ignores it.

    \b
      tooling compose-env --dry-run
      tooling compose-env
    """
    from tooling import environment
    from tooling.settings import find_root

    added = environment.complete(find_root(), dry_run=dry_run)
    printing.say(*added)
    would = "would be " if dry_run else ""
    printing.say(f"{len(added)} {would}added to {environment.FILE}", err=True)
