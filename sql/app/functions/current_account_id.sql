-- The account that this transaction works for; null, and so no rows, when none is set.
--
--     set local app.account_id = '0194f3c0-0000-7000-8000-000000000001';
--     select app.current_account_id();
--     -- 0194f3c0-0000-7000-8000-000000000001
--
-- Where accounts must be signed, one that is not raises ES007.
--
create function app.current_account_id()
    returns uuid
    language sql
    stable
    parallel restricted
    return case
        when app.signing_required()
            and replace(current_setting('app.account_id', true), '-', '_')
                is distinct from app.signed_account()
            and not app.account_is_signed()
        then null
        else nullif(current_setting('app.account_id', true), '')::uuid
    end;
comment on function app.current_account_id() is
    'The account set for this transaction in app.account_id, or null; it must be signed if required.';
