"""`tooling catalog publish`."""

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
@click.option("--new", "is_new", is_flag=True, help="NAME is new, and not misspelt.")
@click.option("--changes-unit", is_flag=True, help="The constant gets another unit.")
@click.option("--changes-category", is_flag=True, help="The price gets another category.")
@click.option(
    "--replaces",
    metavar="VERSION",
    help="Withdraw this version, which is not in effect yet, first.",
)
@click.option("--reason", metavar="TEXT", help="Why, with --replaces.")
@options.dry_run
@options.as_json
@options.database(role="eagle_operator", autocommit=True, writes=True)
def command(
    connection: psycopg.Connection[Any],
    noun: str,
    name: str,
    version: str,
    columns: tuple[str, ...],
    is_new: bool,
    changes_unit: bool,
    changes_category: bool,
    replaces: str | None,
    reason: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Publish a version of a constant or price.

    The version in force ends on the day that this one begins. Columns that are not given are those
    of the version before; value or price_usd and effective_from are always given. Columns of a
    constant are value, unit, description, source, effective_from and effective_to; of a price,
    price_usd, description, category, effective_from and effective_to. A day is written as
    YYYY-MM-DD. What changes is printed as old -> new.

    \b
      tooling catalog publish price expedited v2 price_usd=110.00 \\
          effective_from=2028-01-03 --dry-run
      tooling catalog publish price expedited v3 price_usd=115.00 \\
          effective_from=2028-01-03 --replaces v2 --reason 'a typo'
    """
    from tooling.catalog import given, publishing, versions

    if (replaces is None) != (reason is None):
        raise click.UsageError("--replaces and --reason are given together")
    kind = versions.NOUNS[noun]
    if changes_category if kind is versions.CONSTANT else changes_unit:
        raise click.UsageError(f"a {noun} has {'no category' if changes_category else 'no unit'}")
    changed = publishing.publish(
        connection,
        kind,
        name,
        version,
        given.columns(kind, columns),
        is_new=is_new,
        changes_fixed=changes_unit or changes_category,
        replaces=publishing.Replacement(replaces, reason) if replaces and reason else None,
        dry_run=dry_run,
    )
    printing.say_result(changed.as_dict(), changed.lines(), as_json=as_json)
