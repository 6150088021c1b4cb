-- Whether a JSON value is at most so many bytes long when it is written, and 50 levels deep.
--
--     select ops.json_fits('{"height_ft": 25}', bytes => 100);
--     -- t
--
-- What jsonb keeps in 12 bytes, such as 1e131071, can be 131,072 digits when it is written. So what is
-- kept is looked at first, then whether a number is so large: those left write at most 16,383 digits
-- each. In PL/pgSQL, since a check would plan an SQL function anew for each statement.
--
create function ops.json_fits(
    value jsonb,
    bytes integer
)
    returns boolean
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return pg_column_size(json_fits.value) <= 8::bigint * json_fits.bytes
        and not jsonb_path_exists(json_fits.value, 'strict $.** ? (@.abs() > 1e100)')
        and not jsonb_path_exists(json_fits.value, 'strict $.**{51}')
        and octet_length(json_fits.value::text) <= json_fits.bytes;
end
$function$;
comment on function ops.json_fits(jsonb, integer) is
    'Whether a JSON value is at most so many bytes long when it is written, and 50 levels deep.';
