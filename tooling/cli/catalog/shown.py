"""Options of the commands of `tooling catalog`, and how their rows are printed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from tooling import printing
from tooling.cli import options

EDITION = click.option("--edition", metavar="EDITION", help="Such as v16.0.  [default: newest]")
GRADE = click.option("--grade", metavar="GRADE", help="Sections of one grade, such as A1085.")
UNITS = click.option(
    "--units", type=click.Choice(["us", "si"]), default="us", help="System of units."
)
ON = click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Day.  [default: today]"
)
ALL = click.option("--all", "is_all", is_flag=True, help="All versions, whenever they are valid.")
AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    metavar="MOMENT",
    help="As it was published then; a day is its beginning.  [default: now]",
)
NOUN = click.argument("noun", type=click.Choice(["constant", "price"]))
REASON = click.option(
    "--reason", metavar="TEXT", required=True, help="Why; kept beside who did it, and when."
)
reader = options.database(role="eagle_reader", autocommit=True)


def edition(given: str | None) -> str | None:
    """Return an edition as the catalog writes it. Raises InputError."""
    from tooling.catalog.sources import normal_edition

    return normal_edition(given) if given else None


def say_rows(
    rows: Sequence[Mapping[str, Any]], as_json: bool, nothing: str = "nothing found"
) -> None:
    """Print rows; as JSON with numbers as numbers. `nothing` says what was not found."""
    printing.say_rows([_row(row, as_json) for row in rows], as_json=as_json, nothing=nothing)


def say_found(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_json: bool) -> None:
    """Print one row whole, a line a field; of several these columns. JSON has all of them."""
    plain = [_row(row, as_json) for row in rows]
    if as_json:
        printing.say_json(plain)
    elif len(plain) == 1:
        printing.say_fields(plain[0], as_json=False)
    else:
        printing.say_rows([{name: row[name] for name in columns} for row in plain], as_json=False)


def _row(row: Mapping[str, Any], as_json: bool) -> dict[str, Any]:
    from tooling.catalog.lookup import number

    def shown(value: Any) -> Any:
        if isinstance(value, Decimal):
            return number(value) if as_json else f"{value:f}"
        return value if value is None or isinstance(value, str | int | float | list) else str(value)

    return {name: shown(value) for name, value in row.items()}
