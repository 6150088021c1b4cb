-- Remove a key, so that accounts signed with it are no longer accepted.
--
--     select ops.add_account_key('k1', sha256('only the API knows this'));
--     select ops.remove_account_key('k1');
--
create function ops.remove_account_key(key_name text)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    lock table ops.account_keys in share row exclusive mode;
    delete from ops.account_keys as k where k.key_name = remove_account_key.key_name;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no key %s', quote_literal(remove_account_key.key_name)),
            hint    = 'Its name is in ops.account_keys.';
    end if;
    if app.signing_required() and not exists (select from ops.account_keys) then
        raise exception using
            errcode = 'ES211',
            message = 'signed accounts are required, and this is the only key',
            hint    = 'Add another key first, or end the requirement: '
                      'select ops.require_signed_accounts(false).';
    end if;
    perform ops.record_definitions('account key ' || remove_account_key.key_name);
end
$function$;
comment on function ops.remove_account_key(text) is
    'Removes a key with which accounts were signed; the last one only where none is required.';
