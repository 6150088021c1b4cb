"""`tooling import-asce`."""

from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.keep_changes
@options.dry_run
@options.as_json
@options.dsn
def command(file: Path, keep_changes: bool, dry_run: bool, as_json: bool, dsn: str | None) -> int:
    """Load clauses of engineering codes into the catalog.

    FILE is csv or a JSON list with code, section, title, application and, where there is one,
    formula and source. A clause is known by its code and section; one that differs from the
    catalog's is named and held back (exit 10) unless --keep-changes is given. The file is loaded
    whole or not at all.

    \b
      tooling import-asce clauses.csv --dry-run
    """
    from tooling.catalog.clauses import import_clauses
    from tooling.database import connect

    with connect(dsn, role="eagle_operator", autocommit=True) as connection:
        report = import_clauses(connection, file, keep_changes=keep_changes, dry_run=dry_run)
    if as_json:
        printing.say_json(report.as_dict())
    else:
        printing.say(*report.lines())
    return report.exit_code
