"""`tooling catalog`: look up steel sections, and the sources of their values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options

_EDITION = click.option("--edition", metavar="EDITION", help="Such as v16.0.  [default: newest]")
_GRADE = click.option("--grade", metavar="GRADE", help="Sections of one grade, such as A1085.")
_UNITS = click.option(
    "--units", type=click.Choice(["us", "si"]), default="us", help="System of units."
)
_LIMITS = {
    "min-sx": ("IN3", "Least elastic section modulus Sx."),
    "min-zx": ("IN3", "Least plastic section modulus Zx."),
    "min-ix": ("IN4", "Least moment of inertia Ix."),
    "min-sy": ("IN3", "Least elastic section modulus Sy."),
    "min-iy": ("IN4", "Least moment of inertia Iy."),
    "min-area": ("IN2", "Least area."),
    "max-depth": ("IN", "Greatest depth."),
    "max-width": ("IN", "Greatest width."),
}
_SHOWN = (
    *("shape", "weight_lb_per_ft", "depth_in", "width_in", "area_in2", "sx_in3", "zx_in3"),
    *("ix_in4", "edition"),
)
_database = options.database(role="eagle_reader", autocommit=True)


def _limits(command: options.Command) -> options.Command:
    """Add an option for each limit; its name and unit are an argument of the look-up."""
    for name, (unit, about) in reversed(_LIMITS.items()):
        argument = f"{name}_{unit}".replace("-", "_").lower()
        command = click.option(
            f"--{name}", argument, type=options.decimal, metavar=unit, help=about
        )(command)
    return command


@click.group()
def command() -> None:
    """Look up steel sections, and the sources of their values.

    Writes nothing.

    \b
      tooling catalog shape W14X90
      tooling catalog lightest HSS PIPE --min-sx 25 --max-depth 12
    """


@command.command()
@click.argument("label")
@_EDITION
@_GRADE
@_UNITS
@options.as_json
@_database
def shape(
    connection: psycopg.Connection[Any],
    label: str,
    edition: str | None,
    grade: str | None,
    units: str,
    as_json: bool,
) -> None:
    """Show all properties of the section LABEL.

    \b
      tooling catalog shape W14X90 --edition v16.0 --units si --json
    """
    from tooling.catalog import lookup

    found = lookup.shape(connection, label, edition=_edition(edition), grade=grade, units=units)
    section = found.section
    names = ("symbol", "value", "unit", "description")
    table = printing.columns([names, *([row[name] for name in names] for row in found.properties)])
    title = f"{section['shape']} ({section['source']}), {units.upper()} units"
    doubts = [f"warning: {doubt}" for doubt in section["doubts"]]
    printing.say_result(found.as_dict(), [title, *table], as_json=as_json, summary=doubts)


@command.command()
@click.argument("types", nargs=-1, required=True)
@_limits
@click.option(
    "--count", type=click.IntRange(1, 1000), default=10, help="Number of sections to show."
)
@_EDITION
@_GRADE
@options.as_json
@_database
def lightest(
    connection: psycopg.Connection[Any],
    types: Sequence[str],
    count: int,
    edition: str | None,
    grade: str | None,
    as_json: bool,
    **limits: Decimal | None,
) -> None:
    """Show the lightest sections of TYPES that satisfy every limit.

    Limits and results are in US units.

    \b
      tooling catalog lightest HSS PIPE --min-sx 25 --max-depth 12
    """
    from tooling.catalog import lookup

    found = lookup.lightest(
        connection,
        shape_types=list(types),
        edition=_edition(edition),
        grade=grade,
        count=count,
        **limits,
    )
    _say([{name: row[name] for name in _SHOWN} for row in found], as_json)


@command.command()
@click.argument("edition_from")
@click.argument("edition_to")
@_GRADE
@_UNITS
@options.as_json
@_database
def diff(
    connection: psycopg.Connection[Any],
    edition_from: str,
    edition_to: str,
    grade: str | None,
    units: str,
    as_json: bool,
) -> None:
    """Show what differs between two editions.

    \b
      tooling catalog diff v15.0 v16.0
    """
    from tooling.catalog import lookup
    from tooling.catalog.sources import normal_edition

    editions = normal_edition(edition_from), normal_edition(edition_to)
    rows = lookup.diff(connection, *editions, units=units, grade=grade)
    _say(rows, as_json)
    counts = dict.fromkeys(("added", "removed", "changed"), 0)
    for _, change in {(row["shape"], row["change"]) for row in rows}:
        counts[change] += 1
    said = ", ".join(f"{count} {change}" for change, count in counts.items())
    printing.say(f"{edition_from} to {edition_to}: shapes {said}", err=True)


@command.command()
@click.argument("label")
@click.argument("symbol", required=False)
@_EDITION
@_GRADE
@options.as_json
@_database
def source(
    connection: psycopg.Connection[Any],
    label: str,
    symbol: str | None,
    edition: str | None,
    grade: str | None,
    as_json: bool,
) -> None:
    """Show the source of each value of the section LABEL, or of one SYMBOL.

    \b
      tooling catalog source W14X90 Ix
    """
    from tooling.catalog import lookup
    from tooling.errors import InputError

    rows = lookup.sources(connection, label, edition=_edition(edition), grade=grade)
    known = ", ".join(dict.fromkeys(row["symbol"] for row in rows))
    rows = [row for row in rows if symbol in (None, row["symbol"])]
    if not rows:
        raise InputError(f"{label} has no value of {symbol}", hint=f"It has {known}.")
    _say(rows, as_json)


@command.command()
@_EDITION
@_GRADE
@options.as_json
@_database
def doubts(
    connection: psycopg.Connection[Any],
    edition: str | None,
    grade: str | None,
    as_json: bool,
) -> None:
    """Show the printed values that are doubted, and why.

    The catalog is not searched by a value that is doubted: where the other system of units has
    one that the section's other values agree with, it is searched by that.

    \b
      tooling catalog doubts --edition v14.1
    """
    from tooling.catalog import lookup

    rows = lookup.doubts(connection, edition=_edition(edition), grade=grade)
    _say(rows, as_json)
    if not rows:
        printing.say("no value is doubted", err=True)


def _edition(given: str | None) -> str | None:
    from tooling.catalog.sources import normal_edition

    return normal_edition(given) if given else None


def _say(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    """Print rows; as JSON with numbers as numbers, else as the catalog has them."""
    shown = [{name: _plain(value) for name, value in row.items()} for row in rows]
    printing.say_rows(shown if as_json else rows, as_json=as_json)


def _plain(value: Any) -> Any:
    from tooling.catalog.lookup import number

    if isinstance(value, Decimal):
        return number(value)
    return value if value is None or isinstance(value, str | int | list) else str(value)
