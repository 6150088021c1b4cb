"""`tooling db`: the embedded server of this project."""

import os
import sys

import click

from tooling import printing
from tooling.cli import options
from tooling.errors import ConnectionFailedError, Exit
from tooling.server import embedded


@click.group()
def command() -> None:
    """Run the embedded PostgreSQL of this project.

    It keeps its data in .postgres, listens on a private Unix socket only, and runs until it is
    stopped.

    \b
      tooling db start
      psql "$(tooling db url)"
    """


@command.command()
def start() -> None:
    """Start the server, and print its URL.

    On first use the server and its database are created.
    """
    embedded.start(tell=options.say_step)
    printing.say(_running_url())


@command.command()
@click.option(
    "--mode",
    type=click.Choice(["smart", "fast", "immediate"]),
    default="fast",
    help="How to end sessions, as for pg_ctl stop.",
)
def stop(mode: str) -> None:
    """Stop the server; its data is kept."""
    server = embedded.project_server()
    if server is None or not server.is_running():
        printing.say("The server was not running.", err=True)
        return
    server.stop(mode)
    printing.say("The server is stopped.", err=True)


@command.command()
@options.as_json
def status(as_json: bool) -> int:
    """Show whether the server runs, and where.

    Exit code: 0 if it runs, 4 if it does not.

    \b
      tooling db status --json
    """
    server = embedded.project_server()
    pid = server.pid() if server else None
    report = {
        "running": pid is not None,
        "pid": pid,
        "url": embedded.running_url(),
        "data": str(server.data_dir) if server else None,
        "socket": str(server.socket_dir) if server else None,
        "log": str(server.log) if server else None,
    }
    lines = printing.columns(
        (name, "-" if value is None else str(value)) for name, value in report.items()
    )
    printing.say_result(report, lines, as_json=as_json)
    return Exit.OK if pid is not None else Exit.CONNECTION


@command.command()
def url() -> None:
    """Print the URL of the server.

    Exit code: 4 if it does not run.
    """
    printing.say(_running_url())


@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def psql(arguments: tuple[str, ...]) -> None:
    """Run psql, connected to the server.

    ARGUMENTS are passed to psql.

    \b
      tooling db psql -c 'select count(*) from app.projects'
    """
    address = _running_url()
    program = str(embedded.psql_program())
    sys.stdout.flush()
    os.execv(program, [program, "--dbname", address, *arguments])  # noqa: S606


def _running_url() -> str:
    if address := embedded.running_url():
        return address
    raise ConnectionFailedError(
        "the embedded server does not run", hint="Start it with `tooling db start`."
    )
