"""`tooling catalog`: look up steel sections and where their numbers come from."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click

from tooling import printing
from tooling.cli import options

edition_option = click.option(
    "--edition", metavar="EDITION", help="Such as v16.0; else the newest."
)
grade_option = click.option(
    "--grade", metavar="GRADE", help="Sections of one grade, such as A1085."
)
units_option = click.option(
    "--units", type=click.Choice(["us", "si"]), default="us", show_default=True
)


@click.group()
def command() -> None:
    """Look up steel sections in the catalog; writes nothing."""


@command.command()
@click.argument("label")
@edition_option
@grade_option
@units_option
@options.as_json
@options.dsn
def shape(
    label: str, edition: str | None, grade: str | None, units: str, as_json: bool, dsn: str | None
) -> None:
    """Show all that the catalog prints of a section.

    \b
      tooling catalog shape W14X90 --edition v16.0 --units si --json
    """
    from tooling.catalog import lookup
    from tooling.database import connect

    with connect(dsn, role="eagle_reader", autocommit=True) as connection:
        found = lookup.shape(connection, label, edition=_edition(edition), grade=grade, units=units)
    if as_json:
        printing.say_json(found.as_dict())
        return
    section = found.section
    printing.say(f"{section['shape']} ({section['source']}), {units.upper()} units")
    _table(
        ("symbol", "value", "unit", "description"),
        [(r["symbol"], r["value"], r["unit"], r["description"]) for r in found.properties],
    )
    for doubt in section["doubts"]:
        printing.say(f"doubt: {doubt}", err=True)


@command.command()
@click.argument("types", nargs=-1, required=True)
@click.option("--min-sx", type=options.decimal, metavar="IN3", help="Least elastic modulus Sx.")
@click.option("--min-zx", type=options.decimal, metavar="IN3", help="Least plastic modulus Zx.")
@click.option("--min-ix", type=options.decimal, metavar="IN4", help="Least moment of inertia Ix.")
@click.option("--min-sy", type=options.decimal, metavar="IN3", help="Least elastic modulus Sy.")
@click.option("--min-iy", type=options.decimal, metavar="IN4", help="Least moment of inertia Iy.")
@click.option("--min-area", type=options.decimal, metavar="IN2", help="Least area.")
@click.option("--max-depth", type=options.decimal, metavar="IN", help="Greatest depth.")
@click.option("--max-width", type=options.decimal, metavar="IN", help="Greatest width.")
@click.option("--count", type=click.IntRange(1, 1000), default=10, show_default=True)
@edition_option
@grade_option
@options.as_json
@options.dsn
def lightest(
    types: Sequence[str],
    min_sx: Decimal | None,
    min_zx: Decimal | None,
    min_ix: Decimal | None,
    min_sy: Decimal | None,
    min_iy: Decimal | None,
    min_area: Decimal | None,
    max_depth: Decimal | None,
    max_width: Decimal | None,
    count: int,
    edition: str | None,
    grade: str | None,
    as_json: bool,
    dsn: str | None,
) -> None:
    """Show the lightest sections of the given TYPES that meet every requirement, in US units.

    \b
      tooling catalog lightest HSS PIPE --min-sx 25 --max-depth 12
    """
    from tooling.catalog import lookup
    from tooling.database import connect

    with connect(dsn, role="eagle_reader", autocommit=True) as connection:
        found = lookup.lightest(
            connection,
            shape_types=list(types),
            min_sx_in3=min_sx,
            min_zx_in3=min_zx,
            min_ix_in4=min_ix,
            min_sy_in3=min_sy,
            min_iy_in4=min_iy,
            min_area_in2=min_area,
            max_depth_in=max_depth,
            max_width_in=max_width,
            edition=_edition(edition),
            grade=grade,
            count=count,
        )
    names = ("shape", "weight_lb_per_ft", "depth_in", "width_in", "area_in2", "sx_in3", "zx_in3")
    _print([{name: row[name] for name in (*names, "ix_in4", "edition")} for row in found], as_json)


@command.command()
@click.argument("edition_from")
@click.argument("edition_to")
@grade_option
@units_option
@options.as_json
@options.dsn
def diff(
    edition_from: str,
    edition_to: str,
    grade: str | None,
    units: str,
    as_json: bool,
    dsn: str | None,
) -> None:
    """Show what changed between two editions: shapes, and values that both print.

    \b
      tooling catalog diff v15.0 v16.0
    """
    from tooling.catalog import lookup
    from tooling.catalog.sources import normal_edition
    from tooling.database import connect

    with connect(dsn, role="eagle_reader", autocommit=True) as connection:
        rows = lookup.diff(
            connection,
            normal_edition(edition_from),
            normal_edition(edition_to),
            units=units,
            grade=grade,
        )
    _print(rows, as_json)
    counts = dict.fromkeys(("added", "removed", "changed"), 0)
    for _, change in {(row["shape"], row["change"]) for row in rows}:
        counts[change] += 1
    said = ", ".join(f"{count} {change}" for change, count in counts.items())
    printing.say(f"{edition_from} to {edition_to}: shapes {said}", err=True)


@command.command()
@click.argument("label")
@click.argument("symbol", required=False)
@edition_option
@grade_option
@options.as_json
@options.dsn
def source(
    label: str,
    symbol: str | None,
    edition: str | None,
    grade: str | None,
    as_json: bool,
    dsn: str | None,
) -> None:
    """Show where each number of a section comes from, or the numbers of one SYMBOL.

    \b
      tooling catalog source W14X90 Ix
    """
    from tooling.catalog import lookup
    from tooling.database import connect
    from tooling.errors import InputError

    with connect(dsn, role="eagle_reader", autocommit=True) as connection:
        rows = lookup.sources(connection, label, edition=_edition(edition), grade=grade)
    known = [row["symbol"] for row in rows]
    if symbol is not None:
        rows = [row for row in rows if row["symbol"] == symbol]
    if not rows:
        raise InputError(
            f"no {symbol} is printed of {label}",
            hint=f"Printed are {', '.join(dict.fromkeys(known))}.",
        )
    _print(rows, as_json)


def _edition(given: str | None) -> str | None:
    from tooling.catalog.sources import normal_edition

    return normal_edition(given) if given else None


def _print(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
        printing.say_json(plain)
    elif rows:
        _table(tuple(rows[0]), [tuple(row.values()) for row in rows])


def _plain(value: Any) -> Any:
    from tooling.catalog.lookup import number

    if isinstance(value, Decimal):
        return number(value)
    return value if value is None or isinstance(value, str | int) else str(value)


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[index]) for row in [header, *cells]) for index in range(len(header))]
    for row in [header, *cells]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        printing.say(line.rstrip())
