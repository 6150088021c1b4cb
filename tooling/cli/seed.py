"""`tooling seed`."""

from pathlib import Path
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any], folder: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Load constants, prices, materials, clauses and symbols.

    They are the files of FOLDER, by default that of the setting `seeds` (seeds/reference), and are
    loaded in one transaction. A published version of a constant or price cannot be changed: add a
    version with a later effective_from, and the earlier one ends on that day.

    \b
      tooling seed --dry-run
      tooling seed
    """
    from tooling import seeds, settings

    report = seeds.load(connection, folder or settings.load().seeds, dry_run=dry_run)
    printing.say_result(report.as_dict(), report.lines(), as_json=as_json)
