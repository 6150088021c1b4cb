"""Options that several commands share, worded once."""

from dataclasses import replace
from pathlib import Path

import click

from tooling import settings
from tooling.settings import Settings

dsn = click.option("--dsn", metavar="URL", help="Connection string of the database to use.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
dry_run = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
keep_changes = click.option(
    "--keep-changes", is_flag=True, help="Let changed values replace those in the catalog."
)
migrations = click.option(
    "--migrations",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of migrations. The settings are those of the pyproject.toml at or above it.",
)
events = click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object a line: events, then the result."
)


def settings_for(migrations: Path | None) -> Settings:
    """Return the settings that belong to a folder of migrations, or to the current folder."""
    if migrations is None:
        return settings.load()
    return replace(settings.load(migrations), migrations=migrations.absolute())


def statement_number(
    _ctx: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    """Read `ID:N`."""
    if value is None:
        return None
    name, _, number = value.rpartition(":")
    if not name or not number.isdecimal() or int(number) < 1:
        raise click.BadParameter("give the migration and a statement's number, as 0007.parts:3")
    return name, int(number)
