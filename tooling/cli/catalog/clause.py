"""`tooling catalog clause`."""

from typing import Any

import click
import psycopg

from tooling.cli import options
from tooling.cli.catalog import shown

_COLUMNS = ("code", "section", "title", "formula")


@click.command()
@click.argument("code", required=False)
@click.argument("section", required=False)
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any], code: str | None, section: str | None, as_json: bool
) -> None:
    """Show the clauses of CODE, or its clause SECTION.

    CODE may be how the name begins; capitals and dashes do not matter.

    \b
      tooling catalog clause 'asce 7-16'
      tooling catalog clause 'ASCE 7-16' 29.3.1
    """
    from tooling.catalog import facts

    shown.say_found(facts.clauses(connection, code, section), _COLUMNS, as_json)
