-- Every printed dimension and property of a section, in US or SI units.
--
--     select symbol, value, unit
--       from catalog.shape_properties('W14X90', 'v16.0', 'si')
--      where symbol = 'Sx';
--     -- Sx | 2340 | 10^3 mm^3
--
create function catalog.shape_properties(
    shape   text,
    edition text default null,
    units   text default 'us',
    grade   text default null
)
    returns table (
        symbol      text,
        value       numeric,
        unit        text,
        category    text,
        description text
    )
    language plpgsql
    stable
    security invoker
    rows 60
    set search_path = pg_catalog, pg_temp
as $function$
declare
    section catalog.material_catalog;
begin
    if shape_properties.units is null or shape_properties.units not in ('us', 'si') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('units cannot be %L', shape_properties.units),
            hint    = 'Give us or si.';
    end if;
    section := catalog.find_shape(
        shape_properties.shape, shape_properties.edition, shape_properties.grade
    );

    return query
    select definition.symbol,
           trim_scale(stated.value::numeric),
           case shape_properties.units
               when 'us' then definition.unit_us
               else definition.unit_si
           end,
           definition.category,
           definition.description
      from jsonb_each(
               coalesce(section.dimensions -> shape_properties.units, '{}')
               || coalesce(section.properties -> shape_properties.units, '{}')
           ) as stated (symbol, value)
      join catalog.property_definitions as definition
        on definition.symbol = stated.symbol
     order by definition.sort_order;
end
$function$;
revoke execute on function catalog.shape_properties(text, text, text, text) from public;
comment on function catalog.shape_properties(text, text, text, text) is
    'Every dimension and property that the catalog prints of a section, in US or SI units.';
