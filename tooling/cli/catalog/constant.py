"""`tooling catalog constant`."""

from datetime import datetime
from typing import Any

import click
import psycopg

from tooling.cli import options
from tooling.cli.catalog import shown

_COLUMNS = ("name", "version", "value", "unit", "effective_from", "effective_to")


@click.command()
@click.argument("name", required=False)
@shown.ON
@shown.ALL
@shown.AS_OF
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any],
    name: str | None,
    on: datetime | None,
    is_all: bool,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Show the constant NAME, or all, as valid on a day.

    \b
      tooling catalog constant k_factor
      tooling catalog constant --on 2025-06-01
      tooling catalog constant K_FACTOR --as-of 2026-11-01
    """
    from tooling.catalog import facts

    day = facts.day(on, is_all=is_all)
    shown.say_found(facts.constants(connection, name, day, as_of), _COLUMNS, as_json)
