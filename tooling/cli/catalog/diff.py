"""`tooling catalog diff`."""

from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options
from tooling.cli.catalog import shown


@click.command()
@click.argument("edition_from")
@click.argument("edition_to")
@shown.GRADE
@shown.UNITS
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any],
    edition_from: str,
    edition_to: str,
    grade: str | None,
    units: str,
    as_json: bool,
) -> None:
    """Show what differs between two editions.

    \b
      tooling catalog diff v15.0 v16.0
    """
    from tooling.catalog import lookup
    from tooling.catalog.sources import normal_edition

    editions = normal_edition(edition_from), normal_edition(edition_to)
    rows = lookup.diff(connection, *editions, units=units, grade=grade)
    shown.say_rows(rows, as_json, "nothing differs")
    counts = dict.fromkeys(("added", "removed", "changed"), 0)
    for _, change in {(row["shape"], row["change"]) for row in rows}:
        counts[change] += 1
    said = ", ".join(f"{count} {change}" for change, count in counts.items())
    printing.say(f"{edition_from} to {edition_to}: shapes {said}", err=True)
