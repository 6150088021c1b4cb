-- The account, if it is that of the transaction; ES005 or ES007 otherwise.
--
-- For functions in SQL, which the planner puts into the statement that calls them.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select app.own_account('0194f3c0-0000-7000-8000-000000000001');
--     -- 0194f3c0-0000-7000-8000-000000000001
--
create function app.own_account(account_id uuid)
    returns uuid
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(own_account.account_id);
    return own_account.account_id;
end
$function$;
comment on function app.own_account(uuid) is
    'Returns the account if the transaction is set to it; raises ES005 or ES007 otherwise.';
