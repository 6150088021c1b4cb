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
    ignores it. Copies of backups are encrypted for the keys in backups.key.pub; if there is no such
    file, a pair is created. backups.key decrypts them: move it to another machine.

    \b
      tooling compose-env --dry-run
      tooling compose-env
    """
    from tooling import environment
    from tooling.settings import find_root

    root = find_root()
    added = environment.complete(root, dry_run=dry_run)
    printing.say(*added)
    would = "would be " if dry_run else ""
    printing.say(f"{len(added)} {would}added to {environment.FILE}", err=True)
    if (root / environment.KEY).exists():
        printing.say(
            f"{environment.KEY} decrypts the copies of backups: move it to another machine.",
            err=True,
        )
