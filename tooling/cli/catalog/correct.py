"""`tooling catalog correct`."""

from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options
from tooling.cli.catalog import shown


@click.command()
@shown.NOUN
@click.argument("name")
@click.argument("version")
@click.argument("columns", nargs=-1, required=True, metavar="COLUMN=VALUE...")
@shown.REASON
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any],
    noun: str,
    name: str,
    version: str,
    columns: tuple[str, ...],
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Correct columns of a published version of a constant or price.

    The version has the new values on all of its days. What it was stays in catalog.past_versions,
    with the reason and who did it; `--as-of` of `tooling catalog price` and `constant` shows it.
    Columns are those of `tooling catalog publish`; `effective_to=` opens a version again.

    \b
      tooling catalog correct price expedited v1 price_usd=110.00 \\
          --reason 'misread' --dry-run
    """
    from tooling.catalog import given, publishing, versions

    kind = versions.NOUNS[noun]
    changed = publishing.correct(
        connection, kind, name, version, given.columns(kind, columns), reason, dry_run=dry_run
    )
    printing.say_result(changed.as_dict(), changed.lines(), as_json=as_json)
