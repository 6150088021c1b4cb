"""`tooling catalog doubts`."""

from typing import Any

import click
import psycopg

from tooling.cli import options
from tooling.cli.catalog import shown


@click.command()
@shown.EDITION
@shown.GRADE
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any],
    edition: str | None,
    grade: str | None,
    as_json: bool,
) -> None:
    """Show the printed values that are doubted, and why.

    The catalog is not searched by a value that is doubted: where the other system of units has
    one that the section's other values agree with, it is searched by that.

    \b
      tooling catalog doubts --edition v14.1
    """
    from tooling.catalog import lookup

    rows = lookup.doubts(connection, edition=shown.edition(edition), grade=grade)
    shown.say_rows(rows, as_json, "no value is doubted")
