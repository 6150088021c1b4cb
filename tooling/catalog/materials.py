"""Materials by their grade or standard, as engineers type it, with their sources."""

import re
from decimal import Decimal
from typing import Any

import psycopg

from tooling.catalog.facts import Row, ask
from tooling.errors import InputError

_SHAPES = (None, "round HSS", "rectangular HSS", "pipe")
"""Products of structural steel; bolts and bars are others."""
_MATERIALS = """
select material.grade, material.shape, material.fy_ksi, material.fu_ksi, material.e_ksi,
       material.g_ksi, (material.properties -> 'si' ->> 'Fy')::numeric as fy_mpa,
       (material.properties -> 'si' ->> 'Fu')::numeric as fu_mpa,
       (material.properties -> 'si' ->> 'E')::numeric as e_mpa,
       (material.properties -> 'si' ->> 'G')::numeric as g_mpa,
       material.standard, material.edition, material.source, import.file_name, import.file_sha256,
       import.imported_at, import.imported_by
  from catalog.material_catalog as material
  join catalog.imports as import using (import_id)
 where material.kind = 'material'
 order by material.source_row
"""


def materials(connection: psycopg.Connection[Any], name: str | None) -> list[Row]:
    """Return the materials of a grade or standard, or all. Raises InputError for an unknown one."""
    rows = ask(connection, _MATERIALS, {})
    if name is None:
        return rows
    sought = _bare(name)
    exact = [row for row in rows if sought in _names(row)]
    found = exact or [row for row in rows if sought and _bare(row["grade"]).startswith(sought)]
    if not found:
        known = ", ".join(dict.fromkeys(row["grade"] for row in rows)) or "none"
        raise InputError(f"no material {name!r} is in the catalog", hint=f"It has {known}.")
    return found


def yield_strength(
    connection: psycopg.Connection[Any], grade: str, units: str, form: str | None
) -> Decimal:
    """Return Fy of a structural steel in ksi or MPa; the least, where it depends on the product.

    Raises InputError for a material that is unknown, several, or no structural steel.
    """
    named = materials(connection, grade)
    rows = [row for row in named if row["shape"] in _SHAPES]
    grades = dict.fromkeys(row["grade"] for row in rows)
    if len(grades) != 1:
        raise InputError(
            f"{grade!r} is {'several materials' if grades else 'no steel of sections'}",
            hint=f"Give one of {', '.join(grades)}." if grades else "Give one such as A992.",
        )
    product = {None: None, "round": "round HSS"}.get(form, "rectangular HSS")
    rows = [row for row in rows if row["shape"] == product] or rows
    return min(Decimal(row["fy_ksi" if units == "us" else "fy_mpa"]) for row in rows)


def _bare(name: str) -> str:
    """Return a name less what engineers leave out: A572 Gr 50, a572-50, ASTM A572 Grade 50."""
    return re.sub("grade|gr|astm", "", re.sub("[^a-z0-9]", "", name.casefold()))


def _names(row: Row) -> set[str]:
    """Return what a material is called: by its grade, its standard, or both."""
    grade, parts = _bare(row["grade"]), row["standard"].split(" ")[-1].split("/")
    standards = {_bare(part.split("-")[0]) for part in parts}
    return {grade, _bare(row["standard"]), *standards, *(one + grade for one in standards)}
