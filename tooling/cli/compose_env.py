"""`tooling compose-env`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.dry_run
def command(dry_run: bool) -> None:
    """Write passwords and keys of the compose stack into .env, and print the names of new ones.

    What the compose files ask for and .env lacks is made up at random; no value that is there
    changes. Only the file's owner can read it, and git ignores it.

    \b
    tooling compose-env --dry-run
    tooling compose-env
    """
    from tooling import environment
    from tooling.settings import find_root

    added = environment.complete(find_root(), dry_run=dry_run)
    for name in added:
        printing.say(name)
    would = "would be " if dry_run else ""
    printing.say(f"{len(added)} {would}added to {environment.FILE}", err=True)
