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
    """Show the state of each migration.

    A migration is applied, pending, edited, missing, out of order or partly applied. Writes
    nothing. Exit code: 0 if all are applied, 8 if one is partly applied, 9 if one is pending, 10 if
    one is edited, missing or out of order.

    \b
      pgproof status
      pgproof status --json
    """
    from pgproof.ahead.status import status

    found = status(options.resolve(dsn, settings), settings)
    if as_json:
        outcome.result(found.as_dict(), found.exit_code)
    else:
        printing.say(*printing.columns((row.state, row.id, row.detail) for row in found.rows))
    return int(found.exit_code)
