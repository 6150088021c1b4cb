"""The `tooling` command: one module of this package a command, imported when it is used."""

import pkgutil
import sys
from importlib import import_module

import click
import psycopg

from tooling import printing
from tooling.errors import Exit, ToolingError

_SHARED = {"findings", "options"}
# Undefined schema, table, column, function and type: the database is behind this command.
_UNDEFINED = ("3F000", "42P01", "42703", "42883", "42704")


class _Commands(click.Group):
    """A group whose commands are the modules of this package."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        names = (module.name for module in pkgutil.iter_modules(__path__))
        return sorted(name.replace("_", "-") for name in names if name not in _SHARED)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
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
        if isinstance(error, click.UsageError) and error.ctx is not None:
            printing.say_page(error.ctx.get_usage(), err=True)
        printing.say(f"Error: {error.format_message()}", err=True)
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
