"""How engineers type the names of sections: each in spellings.csv, and how many are found."""

import csv
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import tuple_row

FILE = Path(__file__).with_suffix(".csv")
# The section that catalog.find_shape() returns.
_FIRST = """
select typed.name, found.shape
  from (select %s::text) as given (edition)
 cross join unnest(%s::text[]) as typed (name)
 cross join lateral (
           select section.shape
             from catalog.shapes_named(typed.name, given.edition) as named
             join catalog.material_catalog as section using (material_id)
            limit 1
       ) as found
"""


def spellings() -> list[tuple[str, str]]:
    """Return each text that is typed, and the section that is meant."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return [(row[0], row[1]) for row in rows if not row[0].startswith("#")]


def not_found(connection: psycopg.Connection[Any], edition: str | None = None) -> list[str]:
    """Return the spellings that lead to no section, or to another than is meant."""
    typed = [text for text, _ in spellings()]
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = dict(cursor.execute(_FIRST, [edition, typed]).fetchall())
    return [text for text, shape in spellings() if found.get(text) != shape]


def counts(connection: psycopg.Connection[Any], edition: str | None = None) -> dict[str, int]:
    """Return how many spellings were tried, and how many were found in a catalog of v16.0."""
    tried = len(spellings())
    return {"tried": tried, "found": tried - len(not_found(connection, edition))}
