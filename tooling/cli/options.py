"""Options that several commands share, worded once, and the connection that --dsn opens."""

import functools
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from pgproof.cli import options as runner
from tooling import printing, settings
from tooling.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
dsn, as_json, dry_run = runner.dsn, runner.as_json, runner.dry_run
say_database = runner.say_database
migrations = runner.setting("migrations")
FILE = click.Path(dir_okay=False, path_type=Path)
keep_changes = click.option(
    "--keep-changes", is_flag=True, help="Replace values in the catalog that differ."
)
backup_id = click.option(
    "--backup", "backup_id", metavar="ID", help="The backup to use.  [default: the newest]"
)
once = click.option("--once", is_flag=True, help="Run once, and exit.")
listen = click.option("--listen", default="127.0.0.1", help="Address to listen on.")


def port(default: int) -> Callable[[Command], Command]:
    """Return the option of a command that listens."""
    return click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=default,
        help="Port to listen on; 0 chooses a free one.",
    )


def database(**how: Any) -> Callable[[Command], Command]:
    """Return --dsn, and the decorator that opens `connection` while the command runs.

    `how` is for tooling.database.connect(): `role` says as whom a superuser works, `autocommit`
    and `row_factory` are psycopg's. `owner=True` connects as the owner of the database's objects.
    With `writes=True` the database is named on stderr first.
    """
    is_owner, writes = how.pop("owner", False), how.pop("writes", False)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def wrapper(*arguments: Any, dsn: str | None, **keywords: Any) -> Any:
            from tooling.database import connect, connect_owner

            opened = connect_owner if is_owner else connect
            with opened((announced if writes else resolve)(dsn), **how) as connection:
                return command(*arguments, connection=connection, **keywords)

        return dsn(wrapper)  # type: ignore[return-value]

    return decorate


def resolve(dsn: str | None) -> str:
    """Return the connection string that --dsn stands for; resolve it once in a command."""
    from tooling.database import resolve as resolved

    return resolved(dsn)


def announced(dsn: str | None) -> str:
    """Return the connection string of a database to write, after naming it on stderr."""
    found = resolve(dsn)
    say_database(found)
    return found


def key(variable: str, what: str) -> Callable[[Command], Command]:
    """Return the option for a file with a key of the audit log, which a variable can name, too."""
    return click.option(
        "--key",
        "key_file",
        required=True,
        envvar=variable,
        show_envvar=True,
        type=click.Path(path_type=Path),
        help=f"File with the {what} key.",
    )


def settings_for(migrations: str | None) -> Settings:
    """Return the settings that belong to a folder of migrations, or to the program."""
    if migrations is None:
        return settings.load()
    folder = Path(migrations).absolute()
    return replace(settings.load(folder), migrations=folder)


def whole_numbers(_ctx: click.Context, _parameter: click.Parameter, value: str) -> list[int]:
    """Read `N,N`; nothing is no number."""
    words = [word.strip() for word in value.split(",") if word.strip()]
    if not all(word.isascii() and word.isdecimal() and 0 < int(word) <= 10**9 for word in words):
        raise click.BadParameter("give whole numbers above 0, separated by commas: 1000,2000")
    return [int(word) for word in words]


def decimal(value: str) -> Decimal:
    """Read a decimal number; NaN and infinity are refused."""
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise click.BadParameter(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise click.BadParameter(f"{value!r} is not a number")
    return number


def say_step(step: str) -> None:
    """Print a step of long work on stderr."""
    printing.say(step, err=True)
