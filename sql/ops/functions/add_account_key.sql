-- Add a key with which the API signs accounts. Two can be valid, so that one can be replaced.
--
--     select ops.add_account_key('k2', sha256('only the API knows this'));
--
create function ops.add_account_key(
    key_name text,
    secret   bytea
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    block_size constant integer := 64;  -- of SHA-256, in bytes
    inner_pad  constant integer := 54;  -- 0x36, RFC 2104
    outer_pad  constant integer := 92;  -- 0x5c
    key        bytea;
    inner_key  bytea;
    outer_key  bytea;
begin
    if octet_length(add_account_key.secret) between 32 and block_size is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the secret of a key has 32 to 64 bytes',
            hint    = 'Make one with: openssl rand -hex 32';
    end if;
    lock table ops.account_keys in share row exclusive mode;
    if (select count(*) from ops.account_keys) >= 2 then
        raise exception using
            errcode = 'ES210',
            message = 'two keys are valid already',
            hint    = 'Remove the one that no API signs with any more: ops.remove_account_key().';
    end if;

    key := add_account_key.secret
        || decode(repeat('00', block_size - octet_length(add_account_key.secret)), 'hex');
    inner_key := key;
    outer_key := key;
    for place in 0 .. block_size - 1 loop
        inner_key := set_byte(inner_key, place, get_byte(key, place) # inner_pad);
        outer_key := set_byte(outer_key, place, get_byte(key, place) # outer_pad);
    end loop;
    insert into ops.account_keys (key_name, inner_key, outer_key)
    values (add_account_key.key_name, inner_key, outer_key);
    perform ops.record_definitions('account key ' || add_account_key.key_name);
end
$function$;
comment on function ops.add_account_key(text, bytea) is
    'Adds a key with which the API signs accounts; at most two are valid at a time (ES210).';
