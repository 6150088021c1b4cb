"""`tooling catalog undo`."""

from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options


@click.command()
@click.argument("import_id", metavar="IMPORT")
@click.option("--reason", metavar="TEXT", help="Why; kept beside who undid it, and when.")
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any],
    import_id: str,
    reason: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take back what an import wrote.

    IMPORT is its import_id, or how that ends, as `tooling catalog imports` lists it. Rows that the
    import added are removed, and rows that it replaced or completed are as they were before. The
    import stays listed, and what is taken back stays in catalog.replaced_rows. Imports that built
    on it are undone first. Saved projects do not change: they hold copies of their values.

    \b
      tooling catalog undo 9f2c41d0 --reason 'wrong edition' --dry-run
    """
    from tooling.catalog.undo import undo_import

    undone = undo_import(connection, import_id, reason=reason, dry_run=dry_run)
    printing.say_result(undone.as_dict(), undone.lines(), as_json=as_json)
