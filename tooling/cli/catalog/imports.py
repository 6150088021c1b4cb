"""`tooling catalog imports`."""

from typing import Any

import click
import psycopg

from tooling.cli import options
from tooling.cli.catalog import shown


@click.command()
@options.as_json
@shown.reader
def command(connection: psycopg.Connection[Any], as_json: bool) -> None:
    """List the imports, newest first; `state` says which are undone.

    \b
      tooling catalog imports
    """
    from tooling.catalog import facts

    shown.say_rows(facts.imports(connection), as_json, "nothing was imported")
