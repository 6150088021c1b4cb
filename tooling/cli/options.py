"""Options that several commands share, worded once."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from tooling import settings
from tooling.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])
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
docs = click.option("--docs", is_flag=True, help="Write the page of the docs, too.")


def projects(count: int) -> Callable[[Command], Command]:
    """Return the option of a benchmark that says how many projects it fills a server with."""
    return click.option(
        "--projects",
        type=click.IntRange(1),
        default=count,
        show_default=True,
        help="How many projects to fill.",
    )


def output(file: str) -> Callable[[Command], Command]:
    """Return the option of a benchmark that says where its figures go."""
    return click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        default=Path(file),
        show_default=True,
        help="Where the figures go.",
    )


def write_json(file: Path, document: dict[str, Any]) -> None:
    """Write a document, in a folder that is made if it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def settings_for(migrations: Path | None) -> Settings:
    """Return the settings that belong to a folder of migrations, or to the current folder."""
    if migrations is None:
        return settings.load()
    return replace(settings.load(migrations), migrations=migrations.absolute())


def whole_numbers(_ctx: click.Context, _parameter: click.Parameter, value: str) -> list[int]:
    """Read `N,N`; nothing is no number."""
    words = [word.strip() for word in value.split(",") if word.strip()]
    if not all(word.isascii() and word.isdecimal() and 0 < int(word) <= 10**9 for word in words):
        raise click.BadParameter("give whole numbers above 0 with commas between, as 1000,2000")
    return [int(word) for word in words]


def decimal(value: str) -> Decimal:
    """Read a decimal number; not a number and infinity are none."""
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise click.BadParameter(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise click.BadParameter(f"{value!r} is not a number")
    return number
