-- Whether the text of a JSON value has at most the given number of bytes, and 50 levels.
--
--     select ops.json_fits('{"height_ft": 25}', bytes => 100);
--     -- t
--
-- A number that jsonb stores in 12 bytes, such as 1e131071, can have a text of 131,072 digits.
-- Therefore the stored size is checked first, then the size of numbers: the remaining ones have at
-- most 16,383 digits each. In PL/pgSQL, since a check would plan an SQL function again for each
-- statement.
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
