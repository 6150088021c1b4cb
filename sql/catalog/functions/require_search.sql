-- Raise an error unless these are arguments that sections can be searched by.
--
--     select catalog.require_search('{W}', '{"min-sq": 25}', null, 'us', null, 'v16.0', null);
--     -- ERROR 22023: limit min-sq cannot be 25
--
create function catalog.require_search(
    shape_types text[],
    limits      jsonb,
    strength    jsonb,
    units       text,
    form        text,
    edition     text,
    grade       text
)
    returns void
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    names   constant text   := 'weight, depth, width, area, ix, sx, zx, rx, iy, sy, zy, ry or j';
    bending constant text[] := '{W,M,S,HP,C,MC,HSS,PIPE}';
    wrong   text;
    hint    text;
begin
    perform app.require_between(
        'number of shape_types', coalesce(cardinality(require_search.shape_types), 0), 0, 100
    );
    perform app.require_between(
        'length of shape_types, limits, strength, edition and grade',
        length(concat(
            array_to_string(require_search.shape_types, ''), require_search.limits,
            require_search.strength, require_search.edition, require_search.grade
        )),
        0, 4000
    );
    select string_agg(given.name, ', ')
      into wrong
      from unnest(require_search.shape_types) as given (name)
     where not exists (
               select
                 from catalog.material_catalog as section
                where section.kind = 'section'
                  and section.edition = require_search.edition
                  and section.grade is not distinct from require_search.grade
                  and section.shape_type = given.name
           );
    if wrong is not null or coalesce(cardinality(require_search.shape_types), 0) = 0 then
        raise exception using
            errcode = 'ES104',
            message = format(
                'edition %s has no shapes of type %s',
                concat_ws(' ', require_search.edition, require_search.grade),
                coalesce(wrong, 'nothing')
            ),
            hint    = 'Types are W, M, S, HP, C, MC, L, WT, MT, ST, 2L, HSS and PIPE.';
    end if;

    select given.said, given.hint
      into wrong, hint
      from (values
            (require_search.units is null or require_search.units not in ('us', 'si'),
             format('units cannot be %L', require_search.units), 'Give us or si.'),
            (require_search.form not in ('round', 'square', 'rectangular'),
             format('form cannot be %L', require_search.form),
             'Give round, square or rectangular.'),
            (coalesce(jsonb_typeof(require_search.limits), 'null') <> 'object',
             'limits are not an object', 'Such as {"min-sx": 25}.'),
            (coalesce(jsonb_typeof(require_search.strength), 'object') <> 'object',
             'strength is not an object', 'Give mx, my, fy and method.')
           ) as given (is_wrong, said, hint)
     where given.is_wrong
     limit 1;
    if wrong is null then
        select format('limit %s cannot be %s', given.key, given.value),
               'A limit is min- or max- and ' || names || ', and a number from 0.'
          into wrong, hint
          from jsonb_each(require_search.limits) as given
         where given.key !~ '^(min|max)-(weight|depth|width|area|[isrz][xy]|j)$'
            or jsonb_typeof(given.value) <> 'number'
            or case jsonb_typeof(given.value) when 'number' then given.value::numeric < 0 end
         limit 1;
    end if;
    if wrong is null and require_search.strength is not null then
        select given.said, given.hint
          into wrong, hint
          from (values
                (exists (select
                           from unnest('{mx,my,fy}'::text[]) as key
                          where coalesce(jsonb_typeof(require_search.strength -> key), 'null')
                                <> 'number'),
                 'mx, my and fy of a strength are not numbers', 'A moment of none is 0.'),
                (coalesce(require_search.strength ->> 'method', '') not in ('lrfd', 'asd'),
                 format('method cannot be %L', require_search.strength ->> 'method'),
                 'Give lrfd (phi = 0.90) or asd (Omega = 1.67).'),
                (not require_search.shape_types <@ bending,
                 'flexural strength is known of ' || array_to_string(bending, ', ') || ' only',
                 'Search the other types by Sx or Zx.')
               ) as given (is_wrong, said, hint)
         where given.is_wrong
         limit 1;
    end if;
    if wrong is null and require_search.strength is not null
       and ((require_search.strength -> 'fy')::numeric <= 0
            or least((require_search.strength -> 'mx')::numeric,
                     (require_search.strength -> 'my')::numeric) < 0)
    then
        wrong := 'fy must be above 0, and mx and my not below';
        hint  := 'Moments are given without a sign.';
    end if;
    if wrong is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = wrong,
            hint    = hint;
    end if;
end
$function$;
revoke execute on function catalog.require_search(
    text[], jsonb, jsonb, text, text, text, text
) from public;
comment on function catalog.require_search(text[], jsonb, jsonb, text, text, text, text) is
    'Raises an error unless these are arguments that sections can be searched by.';
