"""The statements that merge staged sections into catalog.material_catalog.

A value is compared where both the file and the catalog state it. What a file adds completes a
row; what it contradicts is a change. A column that a file does not have says nothing. A value that
is set apart counts as printed, and is in neither of the documents that the catalog is searched by.
"""

# Whatever is put into a statement here is a constant of this module.
# Values are put together only for rows that differ at all, and (`offset 0`) once a row.
VALUES = """
    select coalesce(section.dimensions -> 'us', '{}') || coalesce(section.properties -> 'us', '{}')
           || coalesce(section.set_apart -> 'us', '{}') as old_us,
           coalesce(section.dimensions -> 'si', '{}') || coalesce(section.properties -> 'si', '{}')
           || coalesce(section.set_apart -> 'si', '{}') as old_si,
           coalesce(staged.dimensions -> 'us', '{}')
           || coalesce(staged.properties -> 'us', '{}') as new_us,
           coalesce(staged.dimensions -> 'si', '{}')
           || coalesce(staged.properties -> 'si', '{}') as new_si
    offset 0
"""
COMPARE = f"""
create temp table compared_sections on commit drop as
with paired as materialized (
    select staged.shape,
           staged.columns,
           section.material_id,
           section.material_id is null as is_new,
           coalesce(
               section.shape = staged.shape
               and section.doubts = staged.doubts
               and section.doubted is null and staged.doubted is null
               and section.dimensions = staged.dimensions
               and section.properties = staged.properties
               and section.shape_type = staged.shape_type
               and section.edi_label is not distinct from staged.edi_label
               and section.metric_label is not distinct from staged.metric_label
               and section.has_special_note is not distinct from staged.has_special_note,
               false
           ) as is_same
      from pg_temp.staged_sections as staged
      left join catalog.material_catalog as section
        on section.material_id = staged.material_id
),
differing as (
    select paired.material_id,
           section.shape_type <> staged.shape_type
           or coalesce(section.edi_label <> staged.edi_label, false)
           or coalesce(section.metric_label <> staged.metric_label, false)
           or coalesce(section.has_special_note <> staged.has_special_note, false)
           or (value.old_us || value.new_us) <> (value.new_us || value.old_us)
           or (value.old_si || value.new_si) <> (value.new_si || value.old_si)
           or (value.old_us - array(select jsonb_object_keys(value.new_us))) ?| printed.us
           or (value.old_si - array(select jsonb_object_keys(value.new_si))) ?| printed.si
               as is_changed,
           (value.old_us || value.new_us) <> value.old_us
           or (value.old_si || value.new_si) <> value.old_si
           or section.shape <> staged.shape
           or section.doubts <> staged.doubts
           or section.doubted is distinct from staged.doubted
           or section.set_apart is distinct from staged.set_apart
           or section.edi_label is null and staged.edi_label is not null
           or section.metric_label is null and staged.metric_label is not null
           or section.has_special_note is null and staged.has_special_note is not null as is_richer
      from paired
      join pg_temp.staged_sections as staged
        on staged.shape = paired.shape
      join pg_temp.staged_columns as printed
        on printed.columns = paired.columns
      join catalog.material_catalog as section
        on section.material_id = paired.material_id
     cross join lateral ({VALUES}) as value
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
"""  # noqa: S608
COUNT = """
select count(*) filter (where is_new) as inserted,
       count(*) filter (where is_changed) as changed,
       count(*) filter (where not is_new and not is_changed) as unchanged,
       count(*) filter (where is_richer and not is_changed) as completed
  from pg_temp.compared_sections
"""
CHANGES = f"""
select staged.shape as name, differing.units, differing.symbol, differing.was, differing.now
  from pg_temp.compared_sections as verdict
  join pg_temp.staged_sections as staged
    on staged.shape = verdict.shape
  join catalog.material_catalog as section
    on section.material_id = verdict.material_id
  join pg_temp.staged_columns as printed
    on printed.columns = staged.columns
 cross join lateral ({VALUES}) as value
 cross join lateral (
           select system.units, stated.symbol,
                  system.was ->> stated.symbol as was, system.now ->> stated.symbol as now
             from (values
                   ('us', value.old_us, value.new_us, printed.us),
                   ('si', value.old_si, value.new_si, printed.si)
                  ) as system (units, was, now, columns)
            cross join lateral jsonb_object_keys(system.was) as stated (symbol)
            where stated.symbol = any (system.columns)
              and system.was -> stated.symbol is distinct from system.now -> stated.symbol
            union all
           select null, label.name, label.was, label.now
             from (values
                   ('shape_type', section.shape_type, staged.shape_type),
                   ('edi_label', section.edi_label, staged.edi_label),
                   ('metric_label', section.metric_label, staged.metric_label),
                   ('has_special_note',
                    section.has_special_note::text, staged.has_special_note::text)
                  ) as label (name, was, now)
            where label.was <> label.now
       ) as differing
 where verdict.is_changed
 order by staged.source_row, differing.units desc, differing.symbol
"""  # noqa: S608
# The values of a document by category and system, less those that are set apart.
_SPLIT = """
    select jsonb_strip_nulls(jsonb_build_object(
               'us', jsonb_object_agg(stated.key, stated.value)
                     filter (where stated.units = 'us' and definition.category = 'dimension'),
               'si', jsonb_object_agg(stated.key, stated.value)
                     filter (where stated.units = 'si' and definition.category = 'dimension')
           )) as dimensions,
           jsonb_strip_nulls(jsonb_build_object(
               'us', jsonb_object_agg(stated.key, stated.value)
                     filter (where stated.units = 'us' and definition.category = 'property'),
               'si', jsonb_object_agg(stated.key, stated.value)
                     filter (where stated.units = 'si' and definition.category = 'property')
           )) as properties
      from (
          select 'us' as units, us.key, us.value
            from jsonb_each(together.us) as us
           union all
          select 'si', si.key, si.value
            from jsonb_each(together.si) as si
      ) as stated
      join catalog.property_definitions as definition
        on definition.symbol = stated.key
     where not coalesce(staged.set_apart -> stated.units ? stated.key, false)
"""
# Where the SI values of a section stand that another sheet or table prints in US units.
_ELSEWHERE = """
    case when staged.si_place is null then '{}' else (
        select coalesce(jsonb_object_agg(
                   'si.' || added.symbol,
                   staged.si_place || jsonb_build_object('import_id', %(import_id)s::uuid)
               ), '{}')
          from jsonb_object_keys(
                   coalesce(staged.dimensions -> 'si', '{}')
                   || coalesce(staged.properties -> 'si', '{}')
               ) as added (symbol)
    ) end
"""
INSERT = f"""
insert into catalog.material_catalog (
    kind, standard, edition, grade, shape, shape_type, edi_label, metric_label, has_special_note,
    dimensions, properties, doubts, doubted, set_apart, other_sources, source, import_id,
    source_sheet, source_row
)
select 'section', 'AISC', %(edition)s, %(grade)s, staged.shape, staged.shape_type,
       staged.edi_label, staged.metric_label, staged.has_special_note,
       case when staged.set_apart is null then staged.dimensions else split.dimensions end,
       case when staged.set_apart is null then staged.properties else split.properties end,
       staged.doubts, staged.doubted, staged.set_apart, {_ELSEWHERE},
       %(source)s, %(import_id)s, staged.sheet, staged.source_row
  from pg_temp.staged_sections as staged
  join pg_temp.compared_sections as verdict
    on verdict.shape = staged.shape
 cross join lateral (
           select coalesce(staged.dimensions -> 'us', '{{}}')
                  || coalesce(staged.properties -> 'us', '{{}}') as us,
                  coalesce(staged.dimensions -> 'si', '{{}}')
                  || coalesce(staged.properties -> 'si', '{{}}') as si
            where staged.set_apart is not null
            union all
           select '{{}}', '{{}}'
            where staged.set_apart is null
       ) as together
 cross join lateral ({_SPLIT}) as split
 where verdict.is_new
"""  # noqa: S608
# What is new is put together first: where the catalog is copied to the nodes of a distributed
# database, an update there takes plain columns of one table.
UPDATE = f"""
with merged as materialized (
    select section.material_id,
           staged.shape,
           staged.shape_type,
           coalesce(staged.edi_label, section.edi_label) as edi_label,
           coalesce(staged.metric_label, section.metric_label) as metric_label,
           coalesce(staged.has_special_note, section.has_special_note) as has_special_note,
           split.dimensions,
           split.properties,
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
                      ), '{{}}')
                 from (values
                       ('us', value.old_us - printed.us),
                       ('si', value.old_si - printed.si)
                      ) as system (units, stated)
                cross join lateral jsonb_object_keys(system.stated) as kept (symbol)
           ) || {_ELSEWHERE} as other_sources,
           staged.doubts,
           staged.doubted,
           staged.set_apart,
           staged.sheet,
           staged.source_row
      from pg_temp.compared_sections as verdict
      join pg_temp.staged_sections as staged
        on staged.shape = verdict.shape
      join pg_temp.staged_columns as printed
        on printed.columns = staged.columns
      join catalog.material_catalog as section
        on section.material_id = verdict.material_id
     cross join lateral ({VALUES}) as value
     cross join lateral (
               select (value.old_us - printed.us) || value.new_us as us,
                      (value.old_si - printed.si) || value.new_si as si
           ) as together
     cross join lateral ({_SPLIT}) as split
     where verdict.is_changed and %(keep)s
        or verdict.is_richer and not verdict.is_changed
)
update catalog.material_catalog as section
   set shape            = merged.shape,
       shape_type       = merged.shape_type,
       edi_label        = merged.edi_label,
       metric_label     = merged.metric_label,
       has_special_note = merged.has_special_note,
       dimensions       = merged.dimensions,
       properties       = merged.properties,
       other_sources    = merged.other_sources,
       doubts           = merged.doubts,
       doubted          = merged.doubted,
       set_apart        = merged.set_apart,
       source           = %(source)s,
       import_id        = %(import_id)s,
       source_sheet     = merged.sheet,
       source_row       = merged.source_row
  from merged
 where section.material_id = merged.material_id
"""  # noqa: S608
# A section gets the label of its US units once these are known; another may have had that name.
RELEASE = """
with renamed as materialized (
    select staged.material_id, staged.shape
      from pg_temp.staged_sections as staged
      join pg_temp.compared_sections as verdict
        on verdict.shape = staged.shape
     where verdict.is_changed and %(keep)s
        or verdict.is_richer and not verdict.is_changed
)
update catalog.material_catalog as section
   set shape = section.material_id::text
  from renamed
 where section.material_id = renamed.material_id
   and section.shape <> renamed.shape
"""
EXISTING = """
select section.material_id::text, section.shape, section.shape_type, section.metric_label,
       section.source_sheet, section.source_row,
       (coalesce(section.dimensions -> 'us', '{}')
        || coalesce(section.properties -> 'us', '{}')
        || coalesce(section.set_apart -> 'us', '{}'))::text,
       (coalesce(section.dimensions -> 'si', '{}')
        || coalesce(section.properties -> 'si', '{}')
        || coalesce(section.set_apart -> 'si', '{}'))::text
  from catalog.material_catalog as section
 where section.kind = 'section'
   and section.edition = %s
   and section.grade is not distinct from %s
"""
