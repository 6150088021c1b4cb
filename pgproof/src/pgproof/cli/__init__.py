"""The command line: one module of this package a command, imported when it is used."""

import copy
import keyword
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import NoReturn

import click

from pgproof.cli import outcome
from pgproof.cli.host import Host
from pgproof.errors import Exit
from pgproof.run.interrupt import interruptible

COMMANDS = (
    "baseline",
    "compat",
    "coverage",
    "drift",
    "migrate",
    "mutate",
    "new",
    "order",
    "plan",
    "review",
    "rollback",
    "status",
    "trace",
    "verify",
)
"""What another program may take over, by `command`."""
_OWN = (*COMMANDS, "import", "init", "server")


class _Commands(click.Group):
    """A group whose commands are the modules of this package."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(_OWN)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        return command(cmd_name) if cmd_name in _OWN else None


def command(name: str, host: Host | None = None) -> click.Command:
    """Return the command `name` as a part of pgproof, or of the program `host`."""
    module = f"{name}_" if keyword.iskeyword(name) else name
    made: click.Command = import_module(f"{__name__}.{module}").command
    if host is None:
        return made
    made = copy.copy(made)
    made.help = (made.help or "").replace("pgproof ", f"{host.program} ")
    made.params = [one for one in made.params if one.name not in host.hidden]
    made.context_settings = {**made.context_settings, "obj": host}
    return made


@click.command(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "show_default": True}
)
@click.version_option(package_name="pgproof")
def group() -> None:
    """Migrate a PostgreSQL database by plain SQL files.

    A command connects to the server of --dsn, else of DATABASE_URL, else of the PG* variables, else
    to the embedded server of the setting `server`.
    """


def main() -> None:
    """Run the command line."""
    run(group, {})


def run(program: click.Command, hints: Mapping[str, str]) -> NoReturn:
    """Run a command line, and exit; what fails ends as `error:`, `hint:` and an exit code.

    `hints` are by SQLSTATE, and replace those of the server.
    """
    try:
        with interruptible():
            code = program.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else Exit.OK)
    except (Exception, KeyboardInterrupt) as error:
        outcome.end(error, hints)
