-- Set whether this database accepts signed accounts only.
--
--     select ops.add_account_key('k1', sha256('only the API knows this'));
--     select ops.require_signed_accounts(true);
--
-- Only the owner can call it; a setting could be changed by the session that it must restrict.
--
create function ops.require_signed_accounts(required boolean)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if required and not exists (select from ops.account_keys) then
        raise exception using
            errcode = 'ES211',
            message = 'there is no key that an account could be signed with',
            hint    = 'Add one first: ops.add_account_key().';
    end if;
    if required and exists (select from pg_extension where extname = 'citus') then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'signed accounts are not available on a distributed database',
            hint    = 'The keys are on the coordinator, and policies are evaluated on the workers.';
    end if;
    if required and not has_parameter_privilege('backtrace_functions', 'set') then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'the owner cannot keep which account was found signed',
            hint    = 'Have a superuser run sql/superuser.sql in this database once.';
    end if;
    execute format(
        'create or replace function app.signing_required() returns boolean'
        ' language sql immutable parallel safe return %s',
        case when required then 'true' else 'false' end
    );
    perform ops.record_definitions('function app.signing_required()');
end
$function$;
comment on function ops.require_signed_accounts(boolean) is
    'Makes the database accept signed accounts only, or any account again.';
