"""`tooling catalog price`."""

from datetime import datetime
from typing import Any

import click
import psycopg

from tooling.cli import options
from tooling.cli.catalog import shown

_COLUMNS = ("item_code", "version", "price_usd", "category", "effective_from", "effective_to")


@click.command()
@click.argument("item", required=False)
@shown.ON
@shown.ALL
@shown.AS_OF
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any],
    item: str | None,
    on: datetime | None,
    is_all: bool,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Show the price of ITEM, or all, as valid on a day.

    \b
      tooling catalog price permit_pkg
      tooling catalog price base_est --all
      tooling catalog price base_est --on 2027-01-01 --as-of 2026-11-01T12:00
    """
    from tooling.catalog import facts

    day = facts.day(on, is_all=is_all)
    shown.say_found(facts.prices(connection, item, day, as_of), _COLUMNS, as_json)
