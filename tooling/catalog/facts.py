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
select stated.name, stated.version, stated.value, stated.unit, stated.description, stated.source,
       stated.effective_from, stated.effective_to, stated.published_at, stated.published_by
  from (
        select name from catalog.calibration_constants
        union
        select object from catalog.past_versions where noun = 'constant'
       ) as known
 cross join catalog.constant_as_of(
           known.name, %(day)s::date, coalesce(%(moment)s::timestamptz, 'infinity')
       ) as stated
 where %(name)s::text is null or known.name = upper(%(name)s)
 order by stated.name, stated.effective_from
"""
_PRICES = """
select stated.item_code, stated.version, stated.price_usd, stated.description, stated.category,
       stated.effective_from, stated.effective_to, stated.published_at, stated.published_by
  from (
        select item_code from catalog.pricing_configs
        union
        select object from catalog.past_versions where noun = 'price'
       ) as known
 cross join catalog.price_as_of(
           known.item_code, %(day)s::date, coalesce(%(moment)s::timestamptz, 'infinity')
       ) as stated
 where %(name)s::text is null or known.item_code = lower(%(name)s)
 order by stated.item_code, stated.effective_from
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


def constants(
    connection: psycopg.Connection[Any],
    name: str | None,
    day: date | None,
    moment: datetime | None = None,
) -> list[Row]:
    """Return a constant, or all, as valid on a day, or all versions; as published at a moment.

    Raises InputError.
    """
    wanted = None if name is None else name.strip().replace("-", "_").replace(" ", "_")
    return _versions(connection, _CONSTANTS, wanted, day, moment, "constant", "name")


def prices(
    connection: psycopg.Connection[Any],
    item: str | None,
    day: date | None,
    moment: datetime | None = None,
) -> list[Row]:
    """Return a price, or all, as valid on a day, or all versions; as published at a moment.

    Raises InputError.
    """
    wanted = None if item is None else item.strip().replace("-", "_").replace(" ", "_")
    return _versions(connection, _PRICES, wanted, day, moment, "price", "item_code")


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
    moment: datetime | None,
    noun: str,
    key: str,
) -> list[Row]:
    def found(name: str | None, day: date | None) -> list[Row]:
        return ask(connection, query, {"name": name, "day": day, "moment": moment})

    rows = found(name, day)
    if rows or name is None:
        return rows
    then = f" as of {moment:%Y-%m-%d %H:%M}" if moment else ""
    versions = found(name, None)
    if versions:
        first = min(row["effective_from"] for row in versions)
        raise InputError(
            f"{noun} {versions[0][key]} has no version that is valid on {day}{then}",
            hint=f"Its first one is valid from {first}; --all shows every version.",
        )
    known = dict.fromkeys(row[key] for row in found(None, None))
    raise InputError(
        f"no {noun} {name!r} is in the catalog{then}", hint=f"It has {', '.join(known) or 'none'}."
    )


def ask(
    connection: psycopg.Connection[Any], query: LiteralString, parameters: dict[str, Any]
) -> list[Row]:
    """Return the rows of a query by name of column."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters).fetchall()
