-- The printed values that are doubted, and why; in the newest edition unless one is named.
--
--     select count(*) from catalog.doubts('v16.0') where doubt is null;
--     -- 0
--
create function catalog.doubts(
    edition text default null,
    grade   text default null
)
    returns table (
        shape      text,
        doubt      text,
        doubted    text[],
        file_name  text,
        sheet      text,
        source_row integer
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
begin
    perform app.require_between(
        'length of edition and grade',
        length(concat(doubts.edition, doubts.grade)), 0, 300
    );
    wanted := coalesce(doubts.edition, catalog.newest_edition(doubts.grade));
    return query
    select section.shape,
           stated.doubt,
           section.doubted,
           import.file_name,
           section.source_sheet,
           section.source_row
      from catalog.material_catalog as section
      join catalog.imports as import
        on import.import_id = section.import_id
     cross join lateral unnest(section.doubts) with ordinality as stated (doubt, sort_order)
     where section.kind = 'section'
       and section.edition = wanted
       and section.grade is not distinct from doubts.grade
     order by section.source_sheet, section.source_row, section.shape, stated.sort_order;
end
$function$;
revoke execute on function catalog.doubts(text, text) from public;
comment on function catalog.doubts(text, text) is
    'The printed values that are doubted, and why; in the newest edition unless one is named.';
