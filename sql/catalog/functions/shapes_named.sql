-- The sections that a designation can mean: by AISC's name, else EDI's, else the metric one, in that
-- order; in any usual spelling, of the newest edition unless one is named.
--
--     select section.shape, named.name
--       from catalog.shapes_named('W360×134', 'v16.0') as named
--       join catalog.material_catalog as section using (material_id);
--     -- W14X90 | metric
--
create function catalog.shapes_named(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns table (
        material_id uuid,
        name        text
    )
    language plpgsql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    key    text;
    sizes  text[];
begin
    perform app.require_between(
        'length of shape, edition and grade',
        length(concat(shapes_named.shape, shapes_named.edition, shapes_named.grade)),
        0, 300
    );
    wanted := coalesce(shapes_named.edition, catalog.newest_edition(shapes_named.grade));
    key    := catalog.shape_key(shapes_named.shape);
    -- The whole inches, or millimetres, of the first two sizes: few labels have these digits.
    sizes  := array(
        select ltrim(substring(split_part(key, '|', place), '^[0-9]+'), '0')
          from unnest('{2,3}'::integer[]) as place
    );
    return query
    select section.material_id, 'AISC'
      from catalog.material_catalog as section
     where upper(section.shape) = upper(shapes_named.shape)
       and section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from shapes_named.grade;
    -- A pipe of a metric size has the name of another one in inches: Pipe20STD.
    if found and coalesce(key, '') not like 'PIPE|%' then
        return;
    end if;
    return query
    select section.material_id, spelled.name
      from catalog.material_catalog as section
     cross join lateral (
               select other.name, other.sort_order
                 from (values ('AISC', 1, section.shape),
                              ('EDI', 2, nullif(section.edi_label, section.shape)),
                              ('metric', 3, section.metric_label)
                      ) as other (name, sort_order, label)
                where strpos(other.label, coalesce(sizes[1], '')) > 0
                  and strpos(other.label, coalesce(sizes[2], '')) > 0
                  and catalog.shape_key(other.label) = key
                order by other.sort_order
                limit 1
           ) as spelled
     where section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from shapes_named.grade
       and section.shape_type = split_part(key, '|', 1)
       and upper(section.shape) <> upper(shapes_named.shape)
     order by spelled.sort_order, section.shape;
end
$function$;
revoke execute on function catalog.shapes_named(text, text, text) from public;
comment on function catalog.shapes_named(text, text, text) is
    'The sections that a designation can mean, in any usual spelling; AISC''s names come first.';
