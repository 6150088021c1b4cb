-- 0038.catalog-doubts
-- depends: 0037.job-schedules
--
-- why    A misprint in SI units left the right row out, and a wrong value in US units was searched
--        by. Values that are doubted are named, and those that would be searched by set apart. A
--        file with a few shapes of an edition became the newest edition; a part of one does not.
-- locks  catalog.imports, catalog.material_catalog ACCESS EXCLUSIVE, briefly: nullable columns, no
--        rewrite; the checks are NOT VALID and validated at once, the tables are small.
-- undo   0038.catalog-doubts.rollback.sql; which values are doubted is lost, and those set apart are
--        searched by again.

alter table catalog.imports
    add column is_complete boolean null;
comment on column catalog.imports.is_complete is
    'False when the file is a part of its edition; null when nobody asked as it was imported.';

alter table catalog.material_catalog
    add column doubted text[] null,
    add column set_apart jsonb null;
alter table catalog.material_catalog
    add constraint material_catalog_doubted_check check (
        array_position(doubted, null) is null
        and cardinality(doubted) between 1 and 1000
        and length(array_to_string(doubted, '')) <= 100000
    ) not valid,
    add constraint material_catalog_set_apart_check
        check (jsonb_typeof(set_apart) = 'object' and ops.json_fits(set_apart, 65536)) not valid;
alter table catalog.material_catalog validate constraint material_catalog_doubted_check;
alter table catalog.material_catalog validate constraint material_catalog_set_apart_check;
comment on column catalog.material_catalog.doubted is
    'Names of the printed values that others contradict, such as si.Zy; null when there is none.';
comment on column catalog.material_catalog.set_apart is
    'Printed values that are doubted and would be searched by, under "us" and "si".';

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
        coalesce(length(concat(doubts.edition, doubts.grade)), 0), 0, 300
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
