"""`tooling catalog withdraw`."""

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
@shown.REASON
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any],
    noun: str,
    name: str,
    version: str,
    reason: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Withdraw a version of a constant or price that is not in effect yet.

    The version that it superseded has no end again. What was withdrawn stays in
    catalog.past_versions, with the reason and who did it, and its VERSION is not given again.

    \b
      tooling catalog withdraw price expedited v2 --reason 'a typo' --dry-run
    """
    from tooling.catalog import publishing, versions

    changed = publishing.withdraw(
        connection, versions.NOUNS[noun], name, version, reason, dry_run=dry_run
    )
    printing.say_result(changed.as_dict(), changed.lines(), as_json=as_json)
