-- Whether a JSON value is at most so many bytes long when it is written, and 50 levels deep.
--
--     select ops.json_fits('{"height_ft": 25}', bytes => 100);
--     -- t
--
-- What jsonb keeps in 12 bytes, such as 1e131071, can be 131,072 digits when it is written. So numbers
-- are looked at first: none is so large, and those left write at most 16,383 digits each.
--
create function ops.json_fits(
    value jsonb,
    bytes integer
)
    returns boolean
    language sql
    immutable
    parallel safe
    return not jsonb_path_exists(value, 'strict $.** ? (@.abs() > 1e100)')
        and not jsonb_path_exists(value, 'strict $.**{51}')
        and octet_length(value::text) <= bytes;
comment on function ops.json_fits(jsonb, integer) is
    'Whether a JSON value is at most so many bytes long when it is written, and 50 levels deep.';
