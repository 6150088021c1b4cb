-- The lightest sections of the given types that meet every requirement; null is no requirement.
-- Of equal weight, the shallower one comes first.
--
--     select shape, weight_lb_per_ft, sx_in3, depth_in
--       from catalog.lightest_sections(
--                array['HSS', 'PIPE'], min_sx_in3 => 25, max_depth_in => 12,
--                edition => 'v16.0', count => 1
--            );
--     -- HSS12X10X3/16 | 27.29 | 27.5 | 12
--
create function catalog.lightest_sections(
    shape_types  text[],
    min_sx_in3   numeric default null,
    min_zx_in3   numeric default null,
    min_ix_in4   numeric default null,
    min_sy_in3   numeric default null,
    min_iy_in4   numeric default null,
    min_area_in2 numeric default null,
    max_depth_in numeric default null,
    max_width_in numeric default null,
    edition      text    default null,
    grade        text    default null,
    count        integer default 10
)
    returns setof catalog.material_catalog
    language plpgsql
    stable
    security invoker
    rows 10
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted  text;
    unknown text;
begin
    perform app.require_between('count', lightest_sections.count, 1, 10000);
    perform app.require_between(
        'number of shape_types', coalesce(cardinality(lightest_sections.shape_types), 0), 0, 100
    );
    perform app.require_between(
        'length of shape_types, edition and grade',
        length(concat(
            array_to_string(lightest_sections.shape_types, ''),
            lightest_sections.edition, lightest_sections.grade
        )),
        0, 1000
    );
    wanted := coalesce(
        lightest_sections.edition, catalog.newest_edition(lightest_sections.grade)
    );
    select string_agg(given.name, ', ')
      into unknown
      from unnest(lightest_sections.shape_types) as given (name)
     where not exists (
               select
                 from catalog.material_catalog as section
                where section.kind = 'section'
                  and section.edition = wanted
                  and section.grade is not distinct from lightest_sections.grade
                  and section.shape_type = upper(given.name)
           );
    if unknown is not null or coalesce(cardinality(lightest_sections.shape_types), 0) = 0 then
        raise exception using
            errcode = 'ES104',
            message = format(
                'edition %s has no shapes of type %s',
                concat_ws(' ', wanted, lightest_sections.grade),
                coalesce(unknown, 'nothing')
            ),
            hint    = 'Types are W, M, S, HP, C, MC, L, WT, MT, ST, 2L, HSS and PIPE.';
    end if;

    return query
    select section.*
      from catalog.material_catalog as section
     where section.kind = 'section'
       and section.edition = wanted
       and section.grade is not distinct from lightest_sections.grade
       and section.shape_type = any (upper(lightest_sections.shape_types::text)::text[])
       and (lightest_sections.min_sx_in3 is null or section.sx_in3 >= lightest_sections.min_sx_in3)
       and (lightest_sections.min_zx_in3 is null or section.zx_in3 >= lightest_sections.min_zx_in3)
       and (lightest_sections.min_ix_in4 is null or section.ix_in4 >= lightest_sections.min_ix_in4)
       and (lightest_sections.min_sy_in3 is null or section.sy_in3 >= lightest_sections.min_sy_in3)
       and (lightest_sections.min_iy_in4 is null or section.iy_in4 >= lightest_sections.min_iy_in4)
       and (lightest_sections.min_area_in2 is null
            or section.area_in2 >= lightest_sections.min_area_in2)
       and (lightest_sections.max_depth_in is null
            or section.depth_in <= lightest_sections.max_depth_in)
       and (lightest_sections.max_width_in is null
            or section.width_in <= lightest_sections.max_width_in)
     order by section.weight_lb_per_ft, section.depth_in, section.shape
     limit lightest_sections.count;
end
$function$;
revoke execute on function catalog.lightest_sections(
    text[], numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric,
    text, text, integer
) from public;
comment on function catalog.lightest_sections(
    text[], numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric,
    text, text, integer
) is 'The lightest sections of the given types that meet every requirement.';
