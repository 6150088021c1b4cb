"""`tooling backup list`."""

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.as_json
def command(as_json: bool) -> None:
    """List the backups, the oldest first.

    Does not connect to the server.

    \b
      tooling backup list --json
    """
    from tooling.backup import catalog, settings
    from tooling.cli.backup.shown import row

    home = settings.load().home
    found = catalog.backups(settings.load())
    report = {"home": str(home), "backups": [one.as_dict() for one in found]}
    printing.say_result(report, printing.columns(map(row, found)), as_json=as_json)
    if not as_json:
        printing.say(f"{len(found)} backups in {home}", err=True)
