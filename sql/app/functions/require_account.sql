-- Refuse an account other than that of the transaction.
--
-- Functions that run as the owner, to whom row security does not apply, call this first.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select app.require_account('0194f3c0-0000-7000-8000-000000000002');
--     -- ERROR ES005: the transaction is not set to this account
--
create function app.require_account(account_id uuid)
    returns void
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if require_account.account_id is distinct from app.current_account_id()
        or require_account.account_id is null then
        if app.signing_required() and app.signed_account() = '' then
            raise exception using
                errcode = 'ES007',
                message = 'the account is not signed',
                hint    = 'Call app.begin_work() with a token in the same transaction first.';
        end if;
        raise exception using
            errcode = 'ES005',
            message = 'the transaction is not set to this account',
            hint    = 'Call app.begin_work() in the same transaction first.';
    end if;
end
$function$;
comment on function app.require_account(uuid) is
    'Raises ES005 unless the transaction is set to the account, ES007 unless it is signed.';
