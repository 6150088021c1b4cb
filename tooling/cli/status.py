"""`tooling status`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@options.migrations
@options.dsn
@options.as_json
def command(migrations: Path | None, dsn: str | None, as_json: bool) -> int:
    """Show what is applied, pending, edited, missing or partly applied. Writes nothing.

    Exit code: 0 all applied, 8 partly applied, 9 pending, 10 edited, missing or out of order.

    \b
    tooling status
    tooling status --json
    """
    from tooling.deploy import as_migrator
    from tooling.migration.status import status

    settings = options.settings_for(migrations)
    found = status(as_migrator(dsn, settings), settings)
    if as_json:
        printing.say_json(found.as_dict())
    else:
        for row in found.rows:
            printing.say(f"{row.state:<9} {row.id}" + (f"  {row.detail}" if row.detail else ""))
    return int(found.exit_code)
