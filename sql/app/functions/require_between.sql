-- Refuse an argument outside the range that a function accepts.
--
--     select app.require_between('count', 5000, 1, 1000);
--     -- ERROR 22023: count must be from 1 to 1000
--
create function app.require_between(
    name     text,
    value    bigint,
    smallest bigint,
    largest  bigint
)
    returns void
    language plpgsql
    immutable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if require_between.value between require_between.smallest and require_between.largest then
        return;
    end if;
    raise exception using
        errcode = 'invalid_parameter_value',
        message = format(
            '%s must be from %s to %s', require_between.name, require_between.smallest,
            require_between.largest
        ),
        detail  = format('It is %s.', coalesce(require_between.value::text, 'null')),
        hint    = 'Ask for less at a time.';
end
$function$;
comment on function app.require_between(text, bigint, bigint, bigint) is
    'Raises invalid_parameter_value unless a number or length is within its limits.';
