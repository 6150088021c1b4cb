-- The newest edition of the shapes database that has been imported for a grade of steel.
-- Editions compare by number: v9.1 is older than v16.0. One of which only a part was imported comes
-- after all that are complete.
--
--     select catalog.newest_edition();
--     -- v16.0
--
create function catalog.newest_edition(
    grade text default null
)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    newest text;
begin
    select import.edition
      into newest
      from catalog.imports as import
     where import.kind = 'aisc'
       and import.grade is not distinct from newest_edition.grade
       and import.undone_at is null
     order by import.is_complete is not false desc,
              string_to_array(substr(import.edition, 2), '.')::integer[] desc
     limit 1;

    if newest is null then
        raise exception using
            errcode = 'ES102',
            message = coalesce(
                'no shapes of grade ' || newest_edition.grade || ' are in the catalog',
                'no shapes are in the catalog'
            ),
            hint    = 'Import a workbook with: tooling import-aisc FILE';
    end if;
    return newest;
end
$function$;
revoke execute on function catalog.newest_edition(text) from public;
comment on function catalog.newest_edition(text) is
    'The newest edition of the shapes database imported for a grade of steel.';
