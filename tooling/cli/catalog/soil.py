"""`tooling catalog soil`."""

from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options
from tooling.cli.catalog import shown

_COLUMNS = (
    *("class", "bearing_psf", "lateral_bearing_psf_per_ft", "sliding_friction_coefficient"),
    *("sliding_cohesion_psf", "description"),
)


@click.command()
@click.argument("number", metavar="[CLASS]", type=click.IntRange(1), required=False)
@options.as_json
@shown.reader
def command(connection: psycopg.Connection[Any], number: int | None, as_json: bool) -> None:
    """Show the presumptive values of soils, or of one CLASS.

    \b
      tooling catalog soil
      tooling catalog soil 5
    """
    from tooling.catalog import facts

    shown.say_found(facts.soils(connection, number), _COLUMNS, as_json)
    printing.say(
        "note: for a site without a geotechnical report, where the class is known; otherwise the"
        " soil is investigated (IBC 1803)",
        err=True,
    )
