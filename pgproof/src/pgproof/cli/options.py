"""Options that several commands share, worded once."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from pgproof import printing
from pgproof import settings as settings_of
from pgproof.cli import host
from pgproof.connection import named
from pgproof.errors import PgproofError
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
_SETTINGS = {
    "migrations": ("DIR", "Folder of migrations; the settings are those at or above it."),
    "ledger_schema": ("NAME", "Schema of the ledger's tables."),
    "owner": ("ROLE", "Role that runs the files, and owns what they create."),
    "before": ("FILE", "Run this file before the migrations."),
    "adopt": (
        "SCHEMA",
        "Take over yoyo's ledger in SCHEMA; 'none': existing ledgers belong to others.",
    ),
    "after": ("FILE", "Run this file after the migrations."),
    "search_path": ("SCHEMAS", "Value of search_path while a file runs."),
    "session": ("NAME=VALUE", "Parameter to set while a file runs."),
    "lock_timeout": (
        "TIME",
        "Time that a statement waits for a lock (500ms, half of deadlock_timeout).",
    ),
    "lock_attempts": ("N", "Number of attempts of a file that cannot get its locks (30)."),
    "present": ("DIR", "Folder of the schema, one object a file."),
    "reviews": ("DIR", "Folder of what reviews have recorded."),
    "budgets": ("NAME=VALUE", "Budget of a review, such as longest_lock=2s."),
    "tests": ("DIR", "Folder of the pgTAP tests."),
    "excuses": ("FILE", "Mutants that no test has to notice, with reasons."),
    "journal": ("FILE", "Where what was found is kept (build/mutants.jsonl)."),
    "server": ("DIR", "Folder of an embedded server to use."),
}
_TYPES = {"DIR": click.Path(), "FILE": click.Path(), "N": click.IntRange(1)}
_MOST_ROWS = 10**13
_REPEATED = ("before", "after", "session", "budgets")
_TABLES = ("session", "budgets")
_REQUIRE_EMPTY = click.option(
    "--require-empty/--allow-tables",
    default=None,
    help="Refuse a database that has tables, but no ledger of these migrations.",
)
_REQUIRE_REVIEWED = click.option(
    "--require-reviewed",
    is_flag=True,
    default=None,
    help="Refuse files and a schema that no review covers.",
)
_SWITCHES = {"require_empty": _REQUIRE_EMPTY, "require_reviewed": _REQUIRE_REVIEWED}

CONNECTED = ("migrations", "ledger_schema", "adopt", "owner", "server")
"""Settings of every command that looks at a database."""
REPEATABLES = ("before", "after")
RUNNING = ("search_path", "session", "lock_timeout", "lock_attempts")
"""Settings of commands that run files."""


def setting(name: str) -> Callable[[Command], Command]:
    """Return the option of a setting."""
    if name in _SWITCHES:
        return _SWITCHES[name]
    metavar, about = _SETTINGS[name]
    return click.option(
        f"--{name.replace('_', '-')}",
        metavar=metavar,
        type=_TYPES.get(metavar),
        multiple=name in _REPEATED,
        help=about,
    )


def settings(*names: str) -> Callable[[Command], Command]:
    """Return options for some settings; the command gets `settings`, with all of them."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            given = {name: keywords.pop(name, None) for name in names}
            return command(*arguments, settings=_load(given), **keywords)

        for name in reversed(names):
            wrapper = setting(name)(wrapper)
        return wrapper  # type: ignore[return-value]

    return decorate


def target(name: str, about: str) -> Callable[[Command], Command]:
    """Return an option that names a file to write by `write`."""
    return click.option(name, metavar="FILE", type=click.Path(dir_okay=False), help=about)


def prepare_targets(names: Iterable[str | None]) -> None:
    """Make the folders of files to write. Raises OSError, and click's error for one named twice."""
    named = [name for name in names if name is not None]
    for name in named:
        if named.count(name) > 1:
            raise click.UsageError(f"{name} is named for two outputs")
        if name != "-":
            Path(name).parent.mkdir(parents=True, exist_ok=True)


def write(name: str, text: str) -> None:
    """Write a file whose folder is there; `-` is stdout. Raises OSError.

    The file is replaced when all of it is written.
    """
    if name == "-":
        printing.say_page(text)
        return
    path = Path(name)
    if path.exists() and not path.is_file():  # A device, or a pipe.
        path.write_text(text, encoding="utf-8")
        return
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def resolve(dsn: str | None, settings: Settings) -> str:
    """Return the connection string that the running program takes."""
    return host.current().resolve(dsn, settings)


def announce(dsn: str | None, settings: Settings) -> None:
    """Name on stderr the database that a command is about to write, before it connects."""
    say_database(scratch_address(dsn, settings))


def say_database(conninfo: str) -> None:
    """Name on stderr the database of a connection string, and its server."""
    database, server = named(conninfo)
    printing.say(f"database: {database} on {server}", err=True)


def prepare(dsn: str | None, settings: Settings) -> str:
    """Return the connection string to apply migrations with; the program has prepared for it."""
    program = host.current()
    return (program.prepare or program.resolve)(dsn, settings)


def preparing(settings: Settings) -> Callable[[str], str]:
    """Return what prepares for migrations of a scratch database, which need no review.

    It raises PgproofError if the program would have another database migrated.
    """
    unreviewed = replace(settings, require_reviewed=False)

    def prepared(url: str) -> str:
        found = prepare(url, unreviewed)
        if (database := named(found)[0]) != (wanted := named(url)[0]):
            raise PgproofError(
                f"{settings.program} prepares {database}, and not the scratch database {wanted}"
            )
        return found

    return prepared


def scratch(dsn: str | None, settings: Settings) -> str:
    """Return the connection string to make scratch databases with; the server is named first."""
    found = scratch_address(dsn, settings)
    _, server = named(found)
    printing.say(f"server: {server}, for scratch databases", err=True)
    return found


def scratch_address(dsn: str | None, settings: Settings) -> str:
    """Return the connection string to make scratch databases with."""
    program = host.current()
    return (program.scratch or program.resolve)(dsn, settings)


def _load(given: dict[str, Any]) -> Settings:
    values = {
        key: _read(key, value, f"--{key.replace('_', '-')}")
        for key, value in given.items()
        if value is not None and value != ()
    }
    program = host.current()
    start = values.get("migrations") or (program.home() if program.home else None)
    return settings_of.load(start, program=program.program, **values)


def _read(key: str, value: Any, name: str) -> Any:
    """Return what an option sets. Raises InputError."""
    if key in ("before", "after"):
        return tuple(settings_of.path(key, one, name) for one in value)
    if key == "lock_attempts" or key in _SWITCHES:
        return value
    return settings_of.parse(key, ";".join(value) if key in _TABLES else value, name)


def sizes(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Read `1e4,1e5,1e6`."""
    return tuple(sorted({_count(one) for one in value.split(",")})) if value is not None else ()


def row_counts(
    _ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, int]:
    """Read `public.orders=42e6`, once a table."""
    found = {}
    for value in values:
        name, equals, count = value.rpartition("=")
        if not (name and equals):
            raise click.BadParameter("give a table and its rows: public.orders=42e6")
        found[name.strip()] = _count(count)
    return found


def _count(text: str) -> int:
    """Return a number of rows, which may be written as 1e6 or 1_000_000."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (1 <= number <= _MOST_ROWS and number == int(number)):
        raise click.BadParameter(f"{text.strip()!r} is no number of rows; write 10000 or 1e4")
    return int(number)


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
