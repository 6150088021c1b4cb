-- Sections whose sizes are nearest to those of a designation, for one that is not found.
--
--     select catalog.nearest_shapes('W14X91', 'v16.0');
--     -- {W14X90,W14X99,W14X82}
--
create function catalog.nearest_shapes(
    shape   text,
    edition text    default null,
    grade   text    default null,
    count   integer default 3
)
    returns text[]
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text;
    sought text[];
begin
    perform app.require_between(
        'length of shape, edition and grade',
        length(concat(nearest_shapes.shape, nearest_shapes.edition, nearest_shapes.grade)),
        0, 300
    );
    perform app.require_between('count', nearest_shapes.count, 1, 100);
    wanted := coalesce(nearest_shapes.edition, catalog.newest_edition(nearest_shapes.grade));
    sought := string_to_array(catalog.shape_key(nearest_shapes.shape), '|');
    return (
        with candidates as materialized (
            select section.shape,
                   string_to_array(catalog.shape_key(named.label), '|') as parts
              from catalog.material_catalog as section
             cross join lateral (values (section.shape), (section.metric_label)) as named (label)
             where section.kind = 'section'
               and section.edition = wanted
               and section.grade is not distinct from nearest_shapes.grade
               and (section.shape_type = sought[1]
                    or sought[1] = '?' and strpos(named.label, split_part(sought[2], '.', 1)) > 0)
        ),
        -- The difference of two sizes is the logarithm of their ratio.
        compared as (
            select candidate.shape,
                   sum(case
                       when pair.mine is null or pair.theirs is null then 2.0
                       when pair.mine = pair.theirs then 0.0
                       when pair.mine ~ '^[0-9.]+$' and pair.theirs ~ '^[0-9.]+$'
                       then abs(ln(greatest(pair.mine::numeric, 0.001)
                                   / greatest(pair.theirs::numeric, 0.001)))
                       when pair.mine ~ '^[0-9.]+$' or pair.theirs ~ '^[0-9.]+$' then 2.0
                       else 0.05
                   end) as distance
              from candidates as candidate
             cross join lateral unnest(sought[2:], candidate.parts[2:]) as pair (mine, theirs)
             where candidate.parts is not null
             group by candidate.shape, candidate.parts
        ),
        nearest as (
            select compared.shape, min(compared.distance) as distance
              from compared
             group by compared.shape
             order by 2, 1
             limit nearest_shapes.count
        )
        select coalesce(array_agg(nearest.shape order by nearest.distance, nearest.shape), '{}')
          from nearest
    );
end
$function$;
revoke execute on function catalog.nearest_shapes(text, text, text, integer) from public;
comment on function catalog.nearest_shapes(text, text, text, integer) is
    'The sections whose sizes are nearest to those of a designation.';
