-- Where each printed value of a section comes from: the file, its hash, the sheet and the row.
--
--     select units, value, file_name, sheet, source_row
--       from catalog.shape_sources('W14X90', 'v16.0')
--      where symbol = 'Ix' and units = 'us';
--     -- us | 999 | aisc-shapes-database-v16.0.xlsx | Database v16.0 | 208
--
create function catalog.shape_sources(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns table (
        units       text,
        symbol      text,
        value       numeric,
        source      text,
        file_name   text,
        file_sha256 text,
        sheet       text,
        source_row  integer,
        imported_at timestamptz,
        imported_by text
    )
    language plpgsql
    stable
    security invoker
    rows 120
    set search_path = pg_catalog, pg_temp
as $function$
declare
    section catalog.material_catalog;
begin
    section := catalog.find_shape(
        shape_sources.shape, shape_sources.edition, shape_sources.grade
    );

    return query
    select unit_system.name,
           stated.symbol,
           trim_scale(stated.value::numeric),
           section.source,
           import.file_name,
           import.file_sha256,
           case when elsewhere.origin is null then section.source_sheet
                else elsewhere.origin ->> 'sheet'
           end,
           coalesce((elsewhere.origin ->> 'row')::integer, section.source_row),
           import.imported_at,
           import.imported_by
      from (values ('us', 1), ('si', 2)) as unit_system (name, sort_order)
     cross join lateral jsonb_each(
               coalesce(section.dimensions -> unit_system.name, '{}')
               || coalesce(section.properties -> unit_system.name, '{}')
           ) as stated (symbol, value)
      join catalog.property_definitions as definition
        on definition.symbol = stated.symbol
     cross join lateral (
               select section.other_sources -> (unit_system.name || '.' || stated.symbol)
           ) as elsewhere (origin)
      join catalog.imports as import
        on import.import_id = coalesce(
               (elsewhere.origin ->> 'import_id')::uuid, section.import_id
           )
     order by unit_system.sort_order, definition.sort_order;
end
$function$;
revoke execute on function catalog.shape_sources(text, text, text) from public;
comment on function catalog.shape_sources(text, text, text) is
    'Where each printed value of a section comes from: the file, its hash, the sheet and the row.';
