"""`tooling backup key`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("file", type=options.FILE)
def command(file: Path) -> None:
    """Create a pair of keys that encrypts copies of backups.

    FILE.pub encrypts the copies: name it as `recipients` in [tool.tooling.backup]. FILE decrypts
    them: keep it neither on the server nor in the object store. A copy cannot be read without it.
    Existing files are not replaced.

    \b
      tooling backup key backups.key
    """
    from tooling.backup import sealing

    printing.say(sealing.make_keys(file))
