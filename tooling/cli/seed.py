"""`tooling seed`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@options.dry_run
@options.as_json
@options.dsn
def command(folder: Path | None, dry_run: bool, as_json: bool, dsn: str | None) -> None:
    """Load the reference seeds: constants, prices, materials, code clauses, symbols.

    FOLDER is the one in [tool.tooling] seeds, seeds/reference, unless it is given. All files are
    loaded or none. A published version of a constant or price cannot be changed: give the new
    value a new version with a later effective_from, and the old one ends on that day.

    \b
      tooling seed --dry-run
      tooling seed
    """
    from tooling import seeds, settings
    from tooling.database import connect

    with connect(dsn, role="eagle_operator", autocommit=True) as connection:
        report = seeds.load(connection, folder or settings.load().seeds, dry_run=dry_run)
    if as_json:
        printing.say_json(report.as_dict())
    else:
        printing.say(*report.lines())
