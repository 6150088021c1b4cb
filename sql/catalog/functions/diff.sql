-- What changed between two editions of the shapes database: shapes added and removed, values that
-- differ where both editions print one.
--
--     select shape, change from catalog.diff('v15.0', 'v16.0') where shape = 'W44X408';
--     -- W44X408 | added
--
create function catalog.diff(
    edition_from text,
    edition_to   text,
    units        text default 'us',
    grade        text default null
)
    returns table (
        shape      text,
        change     text,
        symbol     text,
        value_from numeric,
        value_to   numeric,
        unit       text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    missing text;
begin
    if diff.units is null or diff.units not in ('us', 'si') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('units cannot be %L', diff.units),
            hint    = 'Give us or si.';
    end if;
    select named.edition
      into missing
      from (values (diff.edition_from), (diff.edition_to)) as named (edition)
     where not exists (
               select
                 from catalog.material_catalog as section
                where section.kind = 'section'
                  and section.edition = named.edition
                  and section.grade is not distinct from diff.grade
           )
     limit 1;
    if found then
        raise exception using
            errcode = 'ES102',
            message = format(
                'edition %s is not in the catalog', concat_ws(' ', missing, diff.grade)
            ),
            hint    = 'Import it with: tooling import-aisc FILE';
    end if;

    return query
    with older as (
        select section.shape,
               coalesce(section.dimensions -> diff.units, '{}')
               || coalesce(section.properties -> diff.units, '{}') as stated
          from catalog.material_catalog as section
         where section.kind = 'section'
           and section.edition = diff.edition_from
           and section.grade is not distinct from diff.grade
    ),
    newer as (
        select section.shape,
               coalesce(section.dimensions -> diff.units, '{}')
               || coalesce(section.properties -> diff.units, '{}') as stated
          from catalog.material_catalog as section
         where section.kind = 'section'
           and section.edition = diff.edition_to
           and section.grade is not distinct from diff.grade
    )
    select coalesce(older.shape, newer.shape) as name,
           case when older.shape is null then 'added'
                when newer.shape is null then 'removed'
                else 'changed'
           end,
           definition.symbol,
           trim_scale((older.stated -> definition.symbol)::numeric),
           trim_scale((newer.stated -> definition.symbol)::numeric),
           case diff.units when 'us' then definition.unit_us else definition.unit_si end
      from older
      full join newer
        on newer.shape = older.shape
      left join lateral (
               select was.key
                 from jsonb_each(older.stated) as was
                where newer.stated ? was.key
                  and newer.stated -> was.key <> was.value
           ) as differing (symbol)
        on true
      left join catalog.property_definitions as definition
        on definition.symbol = differing.symbol
     where older.shape is null
        or newer.shape is null
        or differing.symbol is not null
     order by name, definition.sort_order;
end
$function$;
revoke execute on function catalog.diff(text, text, text, text) from public;
comment on function catalog.diff(text, text, text, text) is
    'What changed between two editions of the shapes database: shapes and printed values.';
