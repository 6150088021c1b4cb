"""The lightest sections within limits, in US or SI units. Writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from tooling.catalog.lookup import Row, ask, number

# Names of what is always shown, and units of each measure; 1e3 and 1e6 are AISC's multiples.
_SHOWN = ("weight", "depth", "width", "area", "sx", "zx", "ix")
_UNITS = {
    "weight": ("lb_per_ft", "kg_per_m"),
    "area": ("in2", "mm2"),
    **dict.fromkeys(("depth", "width", "rx", "ry"), ("in", "mm")),
    **dict.fromkeys(("sx", "zx", "sy", "zy"), ("in3", "1e3_mm3")),
    **dict.fromkeys(("ix", "iy"), ("in4", "1e6_mm4")),
    "j": ("in4", "1e3_mm4"),
}
_METHODS = {"lrfd": "phi Mn with phi = 0.90", "asd": "Mn / Omega with Omega = 1.67"}
Strength = Mapping[str, Decimal | str]


@dataclass(frozen=True)
class Found:
    """Rows with the units in their names; and why there are none, or None."""

    rows: list[Row]
    why_none: str | None


def lightest(
    connection: psycopg.Connection[Any],
    *,
    shape_types: list[str],
    limits: Mapping[str, Decimal],
    strength: Strength | None,
    units: str,
    form: str | None,
    edition: str | None,
    grade: str | None,
    count: int,
) -> Found:
    """Return the lightest sections within the limits, those by name such as min-sx.

    `strength` has mx, my, fy and method. Raises InputError for a type or limit that is unknown.
    """
    question = {
        "shape_types": shape_types,
        "limits": _json(limits),
        "strength": _json(strength) if strength else None,
        "units": units,
        "form": form,
        "edition": edition,
        "grade": grade,
    }
    found = ask(connection, "search_sections", **question, count=count)
    if not found:
        why = ask(connection, "why_no_section", **question)[0]["why_no_section"]
        return Found([], why)
    asked = [name[4:] for name in limits if name[4:] not in _SHOWN]
    rows = []
    for section in found:
        row: Row = {"shape": section["shape"]}
        for name in (*_SHOWN, *dict.fromkeys(asked)):
            measure = section["measures"].get(name)
            row[f"{name}_{_UNITS[name][units == 'si']}"] = measure and Decimal(str(measure))
        if strength:
            row["strength_ratio"] = section["strength_ratio"]
        row["edition"] = section["of_edition"]
        rows.append(row)
    return Found(rows, None)


def about(strength: Strength, units: str) -> str:
    """Return what strength a search counted with, in a sentence."""
    stress = "ksi" if units == "us" else "MPa"
    return (
        f"strength is {_METHODS[str(strength['method'])]}, Mn = Fy Zx or Fy Zy with Fy ="
        f" {strength['fy']} {stress}, for yielding of compact sections (AISC 360-16 F2-1, F6-1,"
        " F7-1, F8-1); lateral-torsional buckling is not considered"
    )


def _json(values: Mapping[str, Any]) -> Jsonb:
    return Jsonb(
        {name: number(one) if isinstance(one, Decimal) else one for name, one in values.items()}
    )
