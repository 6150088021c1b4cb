"""`tooling catalog shape`."""

from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options
from tooling.cli.catalog import shown


@click.command()
@click.argument("label")
@shown.EDITION
@shown.GRADE
@shown.UNITS
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any],
    label: str,
    edition: str | None,
    grade: str | None,
    units: str,
    as_json: bool,
) -> None:
    """Show all properties of the section LABEL.

    LABEL is AISC's name, EDI's or the metric one, in any usual spelling: capitals, spaces, decimals
    or fractions do not matter. If there is no such section, the nearest are named.

    \b
      tooling catalog shape W14X90 --edition v16.0 --units si --json
      tooling catalog shape 'HSS 10 x 3.5 x 3/16'
      tooling catalog shape 'pipe 8 std'
    """
    from tooling.catalog import lookup

    found = lookup.shape(
        connection, label, edition=shown.edition(edition), grade=grade, units=units
    )
    section = found.section
    names = ("symbol", "value", "unit", "description")
    table = printing.columns([names, *([row[name] for name in names] for row in found.properties)])
    title = f"{section['shape']} ({section['source']}), {units.upper()} units"
    notes = [f"warning: {doubt}" for doubt in section["doubts"]]
    notes += [f"note: {label} is the {name} name of {shape}" for shape, name in found.others]
    printing.say_result(found.as_dict(), [title, *table], as_json=as_json, summary=notes)
