"""Merge staged sections into catalog.material_catalog: set-based, inside the caller's transaction.

A value is compared where both the file and the catalog state it. What a file adds completes a
row; what it contradicts is a change. A column that a file does not have says nothing.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from tooling.catalog.imports import ask
from tooling.catalog.report import Change

# Rows in SI alone belong to the section that carries their metric designation, where there is one.
_NAME_METRIC = """
update pg_temp.staged_sections as staged
   set shape = section.shape
  from catalog.material_catalog as section
 where staged.dimensions -> 'us' is null
   and staged.properties -> 'us' is null
   and section.kind = 'section'
   and section.edition = %(edition)s
   and section.grade is not distinct from %(grade)s
   and section.metric_label = staged.shape
"""
# Values are put together only for rows that differ at all, and (`offset 0`) once a row.
_COMPARE = """
create temp table compared_sections on commit drop as
with paired as materialized (
    select staged.shape,
           staged.sheet,
           section.material_id,
           section.material_id is null as is_new,
           coalesce(
               section.dimensions = staged.dimensions
               and section.properties = staged.properties
               and section.shape_type = staged.shape_type
               and section.edi_label is not distinct from staged.edi_label
               and section.metric_label is not distinct from staged.metric_label
               and section.has_special_note is not distinct from staged.has_special_note,
               false
           ) as is_same
      from pg_temp.staged_sections as staged
      left join catalog.material_catalog as section
        on section.standard = 'AISC'
       and section.edition = %(edition)s
       and section.grade is not distinct from %(grade)s
       and section.shape = staged.shape
),
differing as (
    select paired.material_id,
           section.shape_type <> staged.shape_type
           or coalesce(section.edi_label <> staged.edi_label, false)
           or coalesce(section.metric_label <> staged.metric_label, false)
           or coalesce(section.has_special_note <> staged.has_special_note, false)
           or (value.old_us || value.new_us) <> (value.new_us || value.old_us)
           or (value.old_si || value.new_si) <> (value.new_si || value.old_si)
           or (value.old_us - value.new_us_symbols) ?| sheet.us
           or (value.old_si - value.new_si_symbols) ?| sheet.si as is_changed,
           (value.old_us || value.new_us) <> value.old_us
           or (value.old_si || value.new_si) <> value.old_si
           or section.edi_label is null and staged.edi_label is not null
           or section.metric_label is null and staged.metric_label is not null
           or section.has_special_note is null and staged.has_special_note is not null as is_richer
      from paired
      join pg_temp.staged_sections as staged
        on staged.shape = paired.shape
      join pg_temp.staged_sheets as sheet
        on sheet.sheet = paired.sheet
      join catalog.material_catalog as section
        on section.material_id = paired.material_id
     cross join lateral (
               select coalesce(section.dimensions -> 'us', '{}')
                      || coalesce(section.properties -> 'us', '{}') as old_us,
                      coalesce(section.dimensions -> 'si', '{}')
                      || coalesce(section.properties -> 'si', '{}') as old_si,
                      coalesce(staged.dimensions -> 'us', '{}')
                      || coalesce(staged.properties -> 'us', '{}') as new_us,
                      coalesce(staged.dimensions -> 'si', '{}')
                      || coalesce(staged.properties -> 'si', '{}') as new_si,
                      array(
                          select jsonb_object_keys(coalesce(staged.dimensions -> 'us', '{}'))
                          union all
                          select jsonb_object_keys(coalesce(staged.properties -> 'us', '{}'))
                      ) as new_us_symbols,
                      array(
                          select jsonb_object_keys(coalesce(staged.dimensions -> 'si', '{}'))
                          union all
                          select jsonb_object_keys(coalesce(staged.properties -> 'si', '{}'))
                      ) as new_si_symbols
               offset 0
           ) as value
     where not paired.is_same
)
select paired.shape,
       paired.material_id,
       paired.is_new,
       coalesce(differing.is_changed, false) as is_changed,
       coalesce(differing.is_richer, false) as is_richer
  from paired
  left join differing
    on differing.material_id = paired.material_id
"""
_COUNT = """
select count(*) filter (where is_new) as inserted,
       count(*) filter (where is_changed) as changed,
       count(*) filter (where not is_new and not is_changed) as unchanged,
       count(*) filter (where is_richer and not is_changed) as completed
  from pg_temp.compared_sections
"""
_CHANGES = """
select compared.shape as name, differing.units, differing.symbol, differing.was, differing.now
  from pg_temp.compared_sections as verdict
  join pg_temp.staged_sections as compared
    on compared.shape = verdict.shape
  join catalog.material_catalog as section
    on section.material_id = verdict.material_id
  join pg_temp.staged_sheets as sheet
    on sheet.sheet = compared.sheet
 cross join lateral (
           select system.units, stated.symbol,
                  system.was ->> stated.symbol as was, system.now ->> stated.symbol as now
             from (values
                   ('us',
                    coalesce(section.dimensions -> 'us', '{}')
                    || coalesce(section.properties -> 'us', '{}'),
                    coalesce(compared.dimensions -> 'us', '{}')
                    || coalesce(compared.properties -> 'us', '{}'),
                    sheet.us),
                   ('si',
                    coalesce(section.dimensions -> 'si', '{}')
                    || coalesce(section.properties -> 'si', '{}'),
                    coalesce(compared.dimensions -> 'si', '{}')
                    || coalesce(compared.properties -> 'si', '{}'),
                    sheet.si)
                  ) as system (units, was, now, columns)
            cross join lateral jsonb_object_keys(system.was) as stated (symbol)
            where stated.symbol = any (system.columns)
              and system.was -> stated.symbol is distinct from system.now -> stated.symbol
            union all
           select null, label.name, label.was, label.now
             from (values
                   ('shape_type', section.shape_type, compared.shape_type),
                   ('edi_label', section.edi_label, compared.edi_label),
                   ('metric_label', section.metric_label, compared.metric_label),
                   ('has_special_note',
                    section.has_special_note::text, compared.has_special_note::text)
                  ) as label (name, was, now)
            where label.was <> label.now
       ) as differing
 where verdict.is_changed
 order by compared.source_row, differing.units desc, differing.symbol
"""
_INSERT = """
insert into catalog.material_catalog (
    kind, standard, edition, grade, shape, shape_type, edi_label, metric_label, has_special_note,
    dimensions, properties, doubts, source, import_id, source_sheet, source_row
)
select 'section', 'AISC', %(edition)s, %(grade)s, staged.shape, staged.shape_type,
       staged.edi_label, staged.metric_label, staged.has_special_note,
       staged.dimensions, staged.properties, staged.doubts,
       %(source)s, %(import_id)s, staged.sheet, staged.source_row
  from pg_temp.staged_sections as staged
  join pg_temp.compared_sections as verdict
    on verdict.shape = staged.shape
 where verdict.is_new
"""
# What is new is put together first: where the catalog is copied to the nodes of a distributed
# database, an update there takes plain columns of one table.
_UPDATE = """
with merged as (
    select section.material_id,
           compared.shape_type,
           coalesce(compared.edi_label, section.edi_label) as edi_label,
           coalesce(compared.metric_label, section.metric_label) as metric_label,
           coalesce(compared.has_special_note, section.has_special_note) as has_special_note,
           jsonb_strip_nulls(jsonb_build_object(
               'us', nullif((coalesce(section.dimensions -> 'us', '{}') - sheet.us)
                            || coalesce(compared.dimensions -> 'us', '{}'), '{}'),
               'si', nullif((coalesce(section.dimensions -> 'si', '{}') - sheet.si)
                            || coalesce(compared.dimensions -> 'si', '{}'), '{}')
           )) as dimensions,
           jsonb_strip_nulls(jsonb_build_object(
               'us', nullif((coalesce(section.properties -> 'us', '{}') - sheet.us)
                            || coalesce(compared.properties -> 'us', '{}'), '{}'),
               'si', nullif((coalesce(section.properties -> 'si', '{}') - sheet.si)
                            || coalesce(compared.properties -> 'si', '{}'), '{}')
           )) as properties,
           (
               select coalesce(jsonb_object_agg(
                          system.units || '.' || kept.symbol,
                          coalesce(
                              section.other_sources -> (system.units || '.' || kept.symbol),
                              jsonb_build_object(
                                  'import_id', section.import_id,
                                  'sheet', section.source_sheet,
                                  'row', section.source_row
                              )
                          )
                      ), '{}')
                 from (values
                       ('us', (coalesce(section.dimensions -> 'us', '{}')
                               || coalesce(section.properties -> 'us', '{}')) - sheet.us),
                       ('si', (coalesce(section.dimensions -> 'si', '{}')
                               || coalesce(section.properties -> 'si', '{}')) - sheet.si)
                      ) as system (units, stated)
                cross join lateral jsonb_object_keys(system.stated) as kept (symbol)
           ) as other_sources,
           compared.doubts,
           compared.sheet,
           compared.source_row
      from pg_temp.compared_sections as verdict
      join pg_temp.staged_sections as compared
        on compared.shape = verdict.shape
      join pg_temp.staged_sheets as sheet
        on sheet.sheet = compared.sheet
      join catalog.material_catalog as section
        on section.material_id = verdict.material_id
     where verdict.is_changed and %(keep)s
        or verdict.is_richer and not verdict.is_changed
)
update catalog.material_catalog as section
   set shape_type       = merged.shape_type,
       edi_label        = merged.edi_label,
       metric_label     = merged.metric_label,
       has_special_note = merged.has_special_note,
       dimensions       = merged.dimensions,
       properties       = merged.properties,
       other_sources    = merged.other_sources,
       doubts           = merged.doubts,
       source           = %(source)s,
       import_id        = %(import_id)s,
       source_sheet     = merged.sheet,
       source_row       = merged.source_row
  from merged
 where section.material_id = merged.material_id
"""

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


def is_new(connection: psycopg.Connection[Any], edition: str, grade: str | None) -> bool:
    """Tell whether the catalog has no section of this edition and grade."""
    query = (
        "select exists (select from catalog.material_catalog where kind = 'section'"
        " and edition = %s and grade is not distinct from %s)"
    )
    return ask(connection, query, [edition, grade]) == [(False,)]


def compare(
    connection: psycopg.Connection[Any], edition: str, grade: str | None
) -> tuple[Counts, tuple[Change, ...]]:
    """Compare the staged sections with the catalog. Writes nothing but temporary tables."""
    parameters = {"edition": edition, "grade": grade}
    connection.execute(_NAME_METRIC, parameters)
    connection.execute(_COMPARE, parameters)
    with connection.cursor(row_factory=class_row(Counts)) as cursor:
        counts = cursor.execute(_COUNT).fetchone()
    if counts is None or not counts.changed:
        return counts or Counts(0, 0, 0, 0), ()
    with connection.cursor(row_factory=class_row(Change)) as changes:
        return counts, tuple(changes.execute(_CHANGES).fetchall())


def write(connection: psycopg.Connection[Any], common: Common, *, keep_changes: bool) -> None:
    """Insert what is new, complete what is richer and, if asked, replace what changed."""
    parameters = {**vars(common), "source": common.source, "keep": keep_changes}
    connection.execute(_KEEP, parameters)
    connection.execute(_INSERT, parameters)
    connection.execute(_UPDATE, parameters)
