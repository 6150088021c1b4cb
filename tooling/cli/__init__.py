"""The `tooling` command: the runner's commands, and one module of this package for each other."""

import pkgutil
import sys
from importlib import import_module

import click
import psycopg

from pgproof import cli as runner
from pgproof.cli.host import Host
from pgproof.settings import Settings
from tooling import deploy, printing, settings
from tooling.errors import Exit, ToolingError

_SHARED = {"findings", "options"}
# Undefined schema, table, column, function and type: the database is behind this command.
_UNDEFINED = ("3F000", "42P01", "42703", "42883", "42704")


def _resolve(dsn: str | None, given: Settings) -> str:
    return deploy.as_migrator(dsn, settings.extended(given))


def _prepare(dsn: str | None, given: Settings) -> str:
    return deploy.prepared(dsn, settings.extended(given))


HOST = Host("tooling", _resolve, prepare=_prepare)


class _Commands(click.Group):
    """A group whose commands are the runner's and the modules of this package."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        names = (module.name for module in pkgutil.iter_modules(__path__))
        ours = (name.replace("_", "-") for name in names if name not in _SHARED)
        return sorted((*ours, *runner.COMMANDS))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        if cmd_name in runner.COMMANDS:
            return runner.command(cmd_name, HOST)
        command: click.Command = import_module(f"{__name__}.{cmd_name.replace('-', '_')}").command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="eagle-sign-database")
def group() -> None:
    """Migrate, fill, check and recover the Eagle Sign database.

    The server is --dsn, else DATABASE_URL, else the PG* variables, else the embedded server.
    """


def main() -> None:
    """Run the command line; the one place that turns errors into `error:`, `hint:`, exit code."""
    try:
        code = group.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else Exit.OK)
    except ToolingError as error:
        _fail(error.message, error.hint, error.exit_code)
    except click.Abort:
        _fail("interrupted", None, Exit.INTERRUPTED)
    except KeyboardInterrupt:
        _fail("interrupted", None, Exit.INTERRUPTED)
    except click.ClickException as error:
        printing.misused(error)
        sys.exit(error.exit_code)
    except psycopg.Error as error:
        _fail(*_server_said(error), Exit.FAILED)
    except BrokenPipeError:
        sys.exit(Exit.FAILED)


def _server_said(error: psycopg.Error) -> tuple[str, str | None]:
    message = error.diag.message_primary or str(error).strip()
    state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    hint = error.diag.message_hint
    if error.sqlstate in _UNDEFINED:
        hint = "Apply the migrations first, with `tooling migrate`; `tooling status` shows them."
    return message + state, hint


def _fail(message: str, hint: str | None, code: int) -> None:
    printing.fail(message, hint)
    sys.exit(code)
