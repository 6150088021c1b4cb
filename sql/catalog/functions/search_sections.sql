-- The lightest sections of the given types that are within every limit of section_checks(), with
-- their measures in the given units. Of equal weight, the shallower one comes first.
--
--     select shape, measures ->> 'sx' as sx, measures ->> 'depth' as depth
--       from catalog.search_sections(
--                array['HSS', 'PIPE'], '{"min-sx": 400, "max-depth": 305}', units => 'si',
--                form => 'square', edition => 'v16.0', count => 1
--            );
--     -- HSS12X12X3/16 | 516 | 305
--
create function catalog.search_sections(
    shape_types text[],
    limits      jsonb   default '{}',
    strength    jsonb   default null,
    units       text    default 'us',
    form        text    default null,
    edition     text    default null,
    grade       text    default null,
    count       integer default 10
)
    returns table (
        shape          text,
        shape_type     text,
        of_edition     text,
        measures       jsonb,
        strength_ratio numeric,
        doubts         text[]
    )
    language plpgsql
    stable
    security invoker
    rows 10
    set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    types  constant text[] := array(select upper(name) from unnest(search_sections.shape_types) as name);
    wanted constant text   := coalesce(
        search_sections.edition, catalog.newest_edition(search_sections.grade)
    );
begin
    perform app.require_between('count', search_sections.count, 1, 10000);
    perform catalog.require_search(
        types, search_sections.limits, search_sections.strength, search_sections.units,
        search_sections.form, wanted, search_sections.grade
    );
    return query
    with checks as materialized (
        select c.*
          from catalog.section_checks(
                   types, search_sections.limits, search_sections.strength, search_sections.units,
                   search_sections.form, wanted, search_sections.grade
               ) as c
    )
    select section.shape,
           section.shape_type,
           section.edition,
           catalog.section_measures(section, search_sections.units),
           (select round(c.value, 3)
              from checks as c
             where c.material_id = section.material_id
               and c.limit_name = 'max-strength-ratio'),
           section.doubts
      from catalog.material_catalog as section
     where section.kind = 'section'
       and section.edition = wanted
       and section.grade is not distinct from search_sections.grade
       and section.shape_type = any (types)
       and (search_sections.form is null or search_sections.form = catalog.hollow_form(section))
       and not exists (
               select from checks as c where c.material_id = section.material_id and not c.is_met
           )
     order by section.weight_lb_per_ft, section.depth_in, section.shape
     limit search_sections.count;
end
$function$;
revoke execute on function catalog.search_sections(
    text[], jsonb, jsonb, text, text, text, text, integer
) from public;
comment on function catalog.search_sections(
    text[], jsonb, jsonb, text, text, text, text, integer
) is 'The lightest sections of the given types that are within every limit, in US or SI units.';
