"""Merge staged sections into catalog.material_catalog: set-based, in the caller's transaction."""

import json
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from tooling.catalog import statements
from tooling.catalog.entries import Entry, Place
from tooling.catalog.imports import ask
from tooling.catalog.report import Change

# What undoing the import brings back.
_KEEP = """
select catalog.keep_rows(%(import_id)s, 'catalog.material_catalog', array(
           select verdict.material_id::text
             from pg_temp.compared_sections as verdict
            where verdict.is_changed and %(keep)s
               or verdict.is_richer and not verdict.is_changed
       ))
"""


@dataclass(frozen=True)
class Counts:
    """How many staged rows are of each kind; `completed` are among the unchanged."""

    inserted: int
    changed: int
    unchanged: int
    completed: int


@dataclass(frozen=True)
class Common:
    """What all sections of an import share."""

    edition: str
    grade: str | None
    import_id: object

    @property
    def source(self) -> str:
        """The publication that the values come from."""
        return f"AISC Shapes Database {self.edition}" + (
            f", ASTM {self.grade}" if self.grade else ""
        )


def existing(
    connection: psycopg.Connection[Any], edition: str, grade: str | None
) -> dict[str, Entry]:
    """Return the catalog's sections of an edition and grade, by material_id."""
    found = {}
    for material_id, shape, kind, metric, sheet, row, us, si in ask(
        connection, statements.EXISTING, [edition, grade]
    ):
        printed = {"us": _literals(us), "si": _literals(si)}
        values = {units: literals for units, literals in printed.items() if literals}
        places = {units: Place(sheet or "", row) for units in values}
        found[material_id] = Entry(
            shape, kind, values, places, metric_label=metric, material_id=material_id
        )
    return found


def _literals(document: str) -> dict[str, str]:
    read: dict[str, str] = json.loads(document, parse_float=str, parse_int=str)
    return read


def compare(connection: psycopg.Connection[Any]) -> tuple[Counts, tuple[Change, ...]]:
    """Compare the staged sections with the catalog. Writes nothing but temporary tables."""
    connection.execute(statements.COMPARE)
    with connection.cursor(row_factory=class_row(Counts)) as cursor:
        counts = cursor.execute(statements.COUNT).fetchone()
    if counts is None or not counts.changed:
        return counts or Counts(0, 0, 0, 0), ()
    with connection.cursor(row_factory=class_row(Change)) as changes:
        return counts, tuple(changes.execute(statements.CHANGES).fetchall())


def write(connection: psycopg.Connection[Any], common: Common, *, keep_changes: bool) -> None:
    """Insert what is new, complete what is richer and, if asked, replace what changed."""
    parameters = {**vars(common), "source": common.source, "keep": keep_changes}
    connection.execute(_KEEP, parameters)
    connection.execute(statements.RELEASE, parameters)
    connection.execute(statements.UPDATE, parameters)
    connection.execute(statements.INSERT, parameters)
