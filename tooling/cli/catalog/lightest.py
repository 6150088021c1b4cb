"""`tooling catalog lightest`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import click
import psycopg

from tooling import printing
from tooling.cli import options
from tooling.cli.catalog import shown

_LIMITS = {
    "min-sx": "Least elastic section modulus Sx.",
    "min-zx": "Least plastic section modulus Zx.",
    "min-ix": "Least moment of inertia Ix.",
    "min-rx": "Least radius of gyration rx.",
    "min-sy": "Least elastic section modulus Sy.",
    "min-zy": "Least plastic section modulus Zy.",
    "min-iy": "Least moment of inertia Iy.",
    "min-ry": "Least radius of gyration ry.",
    "min-j": "Least torsional constant J.",
    "min-area": "Least area.",
    "min-depth": "Least depth.",
    "max-depth": "Greatest depth.",
    "min-width": "Least width.",
    "max-width": "Greatest width.",
    "max-weight": "Greatest weight.",
}


def _limits(command: options.Command) -> options.Command:
    """Add an option for each limit; its name is that of the limit in the look-up."""
    for name, about in reversed(_LIMITS.items()):
        command = click.option(
            f"--{name}", name.replace("-", "_"), type=options.decimal, metavar="N", help=about
        )(command)
    return command


@click.command()
@click.argument("types", nargs=-1, required=True)
@_limits
@click.option("--mx", type=options.decimal, metavar="N", help="Moment about x: kip-ft, or kN-m.")
@click.option("--my", type=options.decimal, metavar="N", help="Moment about y: kip-ft, or kN-m.")
@click.option("--fy", type=options.decimal, metavar="N", help="Yield strength Fy: ksi, or MPa.")
@click.option("--steel", metavar="GRADE", help="Material whose Fy it is, such as 'A500 Gr C'.")
@click.option(
    "--method",
    type=click.Choice(["lrfd", "asd"]),
    help="Strength by phi = 0.90, or by Omega = 1.67, for --mx and --my.",
)
@click.option(
    "--form",
    type=click.Choice(["round", "square", "rectangular"]),
    help="Hollow sections of this form only.",
)
@click.option(
    "--count", type=click.IntRange(1, 1000), default=10, help="Number of sections to show."
)
@shown.EDITION
@shown.GRADE
@shown.UNITS
@options.as_json
@shown.reader
def command(
    connection: psycopg.Connection[Any],
    types: Sequence[str],
    count: int,
    edition: str | None,
    grade: str | None,
    units: str,
    form: str | None,
    as_json: bool,
    **numbers: Any,
) -> None:
    """Show the lightest sections of TYPES that satisfy every limit.

    Limits are in the units that the results have: in, in^2, in^3, in^4 and lb/ft, or with
    --units si in mm, mm^2, 10^3 mm^3, 10^6 mm^4 (J: 10^3 mm^4) and kg/m.

    With --mx or --my, a section is strong enough for both moments together: Mx over its available
    strength plus My over its own is at most 1. The strength is that for yielding, Fy Zx or Fy Zy
    (AISC 360-16 F2-1, F6-1, F7-1, F8-1), of compact sections; lateral-torsional buckling is not
    considered.

    \b
      tooling catalog lightest HSS PIPE --min-sx 25 --max-depth 12
      tooling catalog lightest HSS --form square --min-zy 600 --units si
      tooling catalog lightest HSS --mx 80 --my 20 --fy 50 --method lrfd
    """
    from tooling.catalog import search

    given = {name: numbers[name.replace("-", "_")] for name in _LIMITS}
    limits = {name: value for name, value in given.items() if value is not None}
    strength = _strength(connection, numbers, units, form)
    found = search.lightest(
        connection,
        shape_types=list(types),
        limits=limits,
        strength=strength,
        units=units,
        form=form,
        edition=shown.edition(edition),
        grade=grade,
        count=count,
    )
    shown.say_rows(found.rows, as_json, nothing="")
    if strength:
        printing.say(f"note: {search.about(strength, units)}", err=True)
    if found.why_none:
        printing.say(f"note: {found.why_none}", err=True)
    elif not found.rows:
        printing.say("no section satisfies every limit", err=True)


def _strength(
    connection: psycopg.Connection[Any], numbers: dict[str, Any], units: str, form: str | None
) -> dict[str, Decimal | str] | None:
    """Return what is asked of the strength, None if nothing is. Raises click.UsageError."""
    from tooling.catalog.materials import yield_strength

    mx, my, fy, steel, method = (numbers[name] for name in ("mx", "my", "fy", "steel", "method"))
    if mx is None and my is None:
        if given := [f"--{name}" for name in ("fy", "steel", "method") if numbers[name]]:
            raise click.UsageError(f"{given[0]} is for a strength: give --mx, --my or both.")
        return None
    if method is None:
        raise click.UsageError("--mx and --my need --method: lrfd (phi 0.90) or asd (Omega 1.67).")
    if (fy is None) == (steel is None):
        raise click.UsageError(
            "--mx and --my need either --fy, in ksi or MPa, or --steel, such as A992."
        )
    if fy is None:
        fy = yield_strength(connection, steel, units, form)
    return {"mx": mx or Decimal(0), "my": my or Decimal(0), "fy": fy, "method": method}
