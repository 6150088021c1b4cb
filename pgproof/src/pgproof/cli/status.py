"""`pgproof status`."""

import click

from pgproof import printing
from pgproof.cli import options, outcome
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@options.settings(*options.CONNECTED, *options.REPEATABLES)
@options.dsn
@options.as_json
def command(settings: Settings, dsn: str | None, as_json: bool) -> int:
    """Show what is applied, pending, edited, missing or partly applied. Writes nothing.

    Exit code: 0 all applied, 8 partly applied, 9 pending, 10 edited, missing or out of order.

    \b
    pgproof status
    pgproof status --json
    """
    from pgproof.ahead.status import status

    found = status(options.resolve(dsn, settings), settings)
    if as_json:
        outcome.result(found.as_dict(), found.exit_code)
    else:
        for row in found.rows:
            printing.say(f"{row.state:<9} {row.id}" + (f"  {row.detail}" if row.detail else ""))
    return int(found.exit_code)
