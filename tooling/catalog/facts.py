"""Soils, clauses, constants and prices with their sources, and the ledger of imports."""

from datetime import date, datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from tooling.errors import InputError

Row = dict[str, Any]
_SOILS = """
select soil.code, soil.class, soil.description, soil.uscs_symbols, soil.bearing_psf,
       soil.lateral_bearing_psf_per_ft, soil.sliding_friction_coefficient,
       soil.sliding_cohesion_psf, soil.source, import.file_name, import.file_sha256,
       import.imported_at, import.imported_by
  from catalog.soil_classes as soil
  join catalog.imports as import using (import_id)
 where %(class)s::integer is null or soil.class = %(class)s
 order by soil.code, soil.class
"""
_CLAUSES = """
select clause.code, clause.section, clause.title, clause.formula, clause.application,
       clause.source, import.file_name, import.file_sha256,
       import.imported_at, import.imported_by
  from catalog.code_references as clause
  join catalog.imports as import using (import_id)
 where (%(code)s::text is null
        or starts_with(catalog.code_key(clause.code), catalog.code_key(%(code)s)))
   and (%(section)s::text is null
        or catalog.code_key(clause.section) = catalog.code_key(%(section)s))
 order by clause.code, regexp_replace(clause.section, '[0-9].*', ''),
          array(select part[1]::numeric from regexp_matches(clause.section, '[0-9]+', 'g') as part),
          clause.section
"""
_CONSTANTS = """
select name, version, value, unit, description, source, effective_from, effective_to,
       published_at, published_by
  from catalog.calibration_constants
 where (%(name)s::text is null or name = upper(%(name)s))
   and (%(day)s::date is null or daterange(effective_from, effective_to) @> %(day)s::date)
 order by name, effective_from
"""
_PRICES = """
select item_code, version, price_usd, description, category, effective_from, effective_to,
       published_at, published_by
  from catalog.pricing_configs
 where (%(name)s::text is null or item_code = lower(%(name)s))
   and (%(day)s::date is null or daterange(effective_from, effective_to) @> %(day)s::date)
 order by item_code, effective_from
"""
_IMPORTS = """
select import_id, kind, concat_ws(' ', edition, grade) as edition, file_name,
       rows_inserted as inserted, rows_changed as changed, imported_at, imported_by,
       case when undone_at is null then 'stands'
            else concat('undone ', undone_at::date, ' by ', undone_by, ': ' || undo_reason)
       end as state
  from catalog.imports
 order by imported_at desc, import_id desc
"""


def soils(connection: psycopg.Connection[Any], number: int | None) -> list[Row]:
    """Return the classes of soil, or one. Raises InputError for an unknown one."""
    found = ask(connection, _SOILS, {"class": number})
    if not found:
        known = [str(row["class"]) for row in ask(connection, _SOILS, {"class": None})]
        raise InputError(
            f"no class {number} of soils is in the catalog"
            if known
            else "no soils are in the catalog",
            hint=f"Classes are {', '.join(known)}." if known else "Load the seeds: tooling seed",
        )
    return found


def clauses(
    connection: psycopg.Connection[Any], code: str | None, section: str | None
) -> list[Row]:
    """Return the clauses of a code, or one of them. Raises InputError for unknown ones."""
    found = ask(connection, _CLAUSES, {"code": code, "section": section})
    if found:
        return found
    of_code = ask(connection, _CLAUSES, {"code": code, "section": None})
    names = [row["section"] for row in of_code]
    if not of_code:
        names = list(
            dict.fromkeys(
                row["code"] for row in ask(connection, _CLAUSES, {"code": None, "section": None})
            )
        )
    asked = " ".join(filter(None, (code, section)))
    raise InputError(
        f"no clause {asked!r} is in the catalog",
        hint=f"It has {', '.join(names) or 'none'}; import others with: tooling import-asce FILE",
    )


def constants(connection: psycopg.Connection[Any], name: str | None, day: date | None) -> list[Row]:
    """Return a constant, or all, as valid on a day, or all versions. Raises InputError."""
    wanted = None if name is None else name.strip().replace("-", "_").replace(" ", "_")
    return _versions(connection, _CONSTANTS, wanted, day, "constant", "name")


def prices(connection: psycopg.Connection[Any], item: str | None, day: date | None) -> list[Row]:
    """Return a price, or all, as valid on a day, or all versions. Raises InputError."""
    wanted = None if item is None else item.strip().replace("-", "_").replace(" ", "_")
    return _versions(connection, _PRICES, wanted, day, "price", "item_code")


def imports(connection: psycopg.Connection[Any]) -> list[Row]:
    """Return the ledger of imports, newest first."""
    return ask(connection, _IMPORTS, {})


def day(given: datetime | None, *, is_all: bool) -> date | None:
    """Return the day that versions are asked for; None for all of them."""
    if is_all:
        return None
    return given.date() if given else date.today()  # noqa: DTZ011 - the day of whoever asks


def _versions(
    connection: psycopg.Connection[Any],
    query: LiteralString,
    name: str | None,
    day: date | None,
    noun: str,
    key: str,
) -> list[Row]:
    found = ask(connection, query, {"name": name, "day": day})
    if found or name is None:
        return found
    versions = ask(connection, query, {"name": name, "day": None})
    if versions:
        first = min(row["effective_from"] for row in versions)
        raise InputError(
            f"{noun} {versions[0][key]} has no version that is valid on {day}",
            hint=f"Its first one is valid from {first}; --all shows every version.",
        )
    known = dict.fromkeys(row[key] for row in ask(connection, query, {"name": None, "day": None}))
    raise InputError(f"no {noun} {name!r} is in the catalog", hint=f"It has {', '.join(known)}.")


def ask(
    connection: psycopg.Connection[Any], query: LiteralString, parameters: dict[str, Any]
) -> list[Row]:
    """Return the rows of a query by name of column."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters).fetchall()
