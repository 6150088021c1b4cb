"""`tooling import-asce`."""

from pathlib import Path
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.keep_changes
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any],
    file: Path,
    keep_changes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import clauses of engineering codes into the catalog.

    FILE is csv, or JSON with a list of objects. The fields are code, section, title and
    application, and optionally formula and source. Code and section identify a clause; one that
    differs from that in the catalog is listed, and is replaced only with --keep-changes. A file is
    imported in one transaction. Exit code: 10 if clauses were not replaced.

    \b
      tooling import-asce clauses.csv --dry-run
    """
    from tooling.catalog.clauses import import_clauses

    report = import_clauses(connection, file, keep_changes=keep_changes, dry_run=dry_run)
    printing.say_result(report.as_dict(), report.lines(), as_json=as_json)
    return report.exit_code
