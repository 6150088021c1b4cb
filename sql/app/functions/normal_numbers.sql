-- A JSON value without zeroes at the end of the fraction of a number.
--
--     select app.normal_numbers('{"height_ft": 25.00, "bolt_in": 0.750, "note": "25.00"}');
--     -- {"note": "25.00", "bolt_in": 0.75, "height_ft": 25}
--
-- The expression matches a string as a whole, and so nothing in it. A value that does not fit into a
-- column is returned as it is: the constraint of the column refuses it.
--
create function app.normal_numbers(value jsonb)
    returns jsonb
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    string   constant text := '("(?:[^"\\]|\\.)*")';
    whole    constant text := '(-?\d+)\.0+(?!\d)';
    fraction constant text := '(-?\d+\.\d*[1-9])0+(?!\d)';
begin
    if not ops.json_fits(normal_numbers.value, 65536)
        or normal_numbers.value::text !~ '\.\d*0(?!\d)' then
        return normal_numbers.value;
    end if;
    return regexp_replace(
        normal_numbers.value::text,
        string || '|' || whole || '|' || fraction,
        '\1\2\3',
        'g'
    )::jsonb;
end
$function$;
comment on function app.normal_numbers(jsonb) is
    'A JSON value with each number in its shortest spelling: 25.00 is 25.';
