"""`tooling catalog source`."""

from typing import Any

import click
import psycopg

from tooling.cli import options
from tooling.cli.catalog import shown


@click.command()
@click.argument("label")
@click.argument("symbol", required=False)
@shown.EDITION
@shown.GRADE
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any],
    label: str,
    symbol: str | None,
    edition: str | None,
    grade: str | None,
    as_json: bool,
) -> None:
    """Show the source of each value of LABEL, or of one.

    \b
      tooling catalog source W14X90 Ix
    """
    from tooling.catalog import lookup
    from tooling.errors import InputError

    rows = lookup.sources(connection, label, edition=shown.edition(edition), grade=grade)
    known = list(dict.fromkeys(row["symbol"] for row in rows))
    # Capitals tell B from b; where only one symbol has the letters, they do not matter.
    alike = [name for name in known if symbol and name.casefold() == symbol.casefold()]
    if symbol and symbol not in known and len(alike) == 1:
        symbol = alike[0]
    rows = [row for row in rows if symbol in (None, row["symbol"])]
    if not rows:
        raise InputError(f"{label} has no value of {symbol}", hint=f"It has {', '.join(known)}.")
    shown.say_rows(rows, as_json)
