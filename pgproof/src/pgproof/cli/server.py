"""`pgproof server`."""

import click

from pgproof import printing
from pgproof import settings as settings_of
from pgproof.cli import options, outcome
from pgproof.errors import InputError
from pgproof.settings import Settings


@click.command(cls=outcome.Command)
@options.settings("server")
@click.option("--stop", "stopping", is_flag=True, help="Stop it.")
def command(settings: Settings, stopping: bool) -> None:
    """Start the embedded server, and print its URL.

    \b
      psql "$(pgproof server)"
      pgproof server --stop
    """
    from pgproof import server

    if settings.server is None:
        raise InputError(
            "no folder for the embedded server",
            hint=f'Write `server = ".pgproof"` into {settings_of.FILE}, or give --server.',
        )
    if not stopping:
        printing.say(server.start(settings.server))
    elif not server.stop(settings.server):
        printing.say("it was not running", err=True)
