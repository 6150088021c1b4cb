"""`tooling catalog material`."""

from typing import Any

import click
import psycopg

from tooling.cli import options
from tooling.cli.catalog import shown

_COLUMNS = ("grade", "shape", "fy_ksi", "fu_ksi", "e_ksi", "standard")


@click.command()
@click.argument("grade", required=False)
@options.as_json
@shown.reader
def command(connection: psycopg.Connection[Any], grade: str | None, as_json: bool) -> None:
    """Show the materials of GRADE, or all: Fy, Fu, E and G.

    GRADE is a grade or a standard, or how it begins; capitals, spaces and "Gr" do not matter.

    \b
      tooling catalog material 'A500 Gr C'
      tooling catalog material 6061 --json
    """
    from tooling.catalog.materials import materials

    shown.say_found(materials(connection, grade), _COLUMNS, as_json)
