"""Options that several commands share, worded once."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from pgproof import settings as settings_of
from pgproof.cli import host
from pgproof.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])

dsn = click.option("--dsn", metavar="URL", help="Connection string of the database to use.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
dry_run = click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
events = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print a line of JSON for each event, and for the result.",
)
migrations = click.option(
    "--migrations",
    metavar="DIR",
    type=click.Path(),
    help="Folder of migrations; the settings are those at or above it.",
)
_SETTINGS = {
    "migrations": migrations,
    "ledger_schema": click.option(
        "--ledger-schema", metavar="NAME", help="Schema of the ledger's tables."
    ),
    "owner": click.option(
        "--owner", metavar="ROLE", help="Role that runs the files, and owns what they create."
    ),
    "before": click.option(
        "--before",
        metavar="FILE",
        type=click.Path(),
        multiple=True,
        help="Run this file before the migrations.",
    ),
    "adopt": click.option(
        "--adopt",
        metavar="SCHEMA",
        help="Take over yoyo's ledger in SCHEMA; 'none': existing ledgers belong to others.",
    ),
    "after": click.option(
        "--after",
        metavar="FILE",
        type=click.Path(),
        multiple=True,
        help="Run this file after the migrations.",
    ),
    "search_path": click.option(
        "--search-path", metavar="SCHEMAS", help="Value of search_path while a file runs."
    ),
    "session": click.option(
        "--session",
        metavar="NAME=VALUE",
        multiple=True,
        help="Parameter to set while a file runs.",
    ),
    "lock_timeout": click.option(
        "--lock-timeout",
        metavar="TIME",
        help="Time that a statement waits for a lock (500ms, half of deadlock_timeout).",
    ),
    "lock_attempts": click.option(
        "--lock-attempts",
        type=click.IntRange(1),
        metavar="N",
        help="Number of attempts of a file that cannot get its locks (30).",
    ),
    "present": click.option(
        "--present",
        metavar="DIR",
        type=click.Path(),
        help="Folder of the schema, one object a file.",
    ),
    "server": click.option(
        "--server", metavar="DIR", type=click.Path(), help="Folder of an embedded server to use."
    ),
}

CONNECTED = ("migrations", "ledger_schema", "adopt", "owner", "server")
"""Settings of every command that looks at a database."""
REPEATABLES = ("before", "after")
RUNNING = ("search_path", "session", "lock_timeout", "lock_attempts")
"""Settings of commands that run files."""


def settings(*names: str) -> Callable[[Command], Command]:
    """Return options for some settings; the command gets `settings`, with all of them."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            given = {name: keywords.pop(name, None) for name in names}
            return command(*arguments, settings=_load(given), **keywords)

        for name in reversed(names):
            wrapper = _SETTINGS[name](wrapper)
        return wrapper  # type: ignore[return-value]

    return decorate


def resolve(dsn: str | None, settings: Settings) -> str:
    """Return the connection string that the running program takes."""
    return host.current().resolve(dsn, settings)


def prepare(dsn: str | None, settings: Settings) -> str:
    """Return the connection string to apply migrations with; the program has prepared for it."""
    program = host.current()
    return (program.prepare or program.resolve)(dsn, settings)


def scratch(dsn: str | None, settings: Settings) -> str:
    """Return the connection string to make scratch databases with."""
    program = host.current()
    return (program.scratch or program.resolve)(dsn, settings)


def _load(given: dict[str, Any]) -> Settings:
    values = {
        key: _read(key, value, f"--{key.replace('_', '-')}")
        for key, value in given.items()
        if value is not None and value != ()
    }
    return settings_of.load(values.get("migrations"), program=host.current().program, **values)


def _read(key: str, value: Any, name: str) -> Any:
    """Return what an option sets. Raises InputError."""
    if key in ("before", "after"):
        return tuple(settings_of.path(key, one, name) for one in value)
    if key == "lock_attempts":
        return value
    return settings_of.parse(key, ";".join(value) if key == "session" else value, name)


def statement_number(
    _ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    """Read `ID:N`."""
    if value is None:
        return None
    name, _, number = value.rpartition(":")
    if not name or not number.isdecimal() or int(number) < 1:
        raise click.BadParameter("give a migration and the number of a statement: 0007.parts:3")
    return name, int(number)
