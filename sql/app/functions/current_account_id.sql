-- The account that this transaction works for; null, and so no rows, before app.begin_work().
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select app.current_account_id();
--     -- 0194f3c0-0000-7000-8000-000000000001
--
-- Where accounts must be signed, it is the signed account, whatever the value of app.account_id.
--
create function app.current_account_id()
    returns uuid
    language sql
    stable
    parallel safe
    return case
        when app.signing_required() then nullif(left(app.signed_account(), 32), '')::uuid
        else nullif(current_setting('app.account_id', true), '')::uuid
    end;
comment on function app.current_account_id() is
    'The account set for this transaction, found signed where that is required, or null.';
