-- The actor of this transaction, for the audit log; the login role if no actor is set.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select app.current_actor();
--     -- ana@example.com
--
-- Where accounts must be signed, it is the signed actor, whatever the value of app.actor.
--
create function app.current_actor()
    returns text
    language sql
    stable
    parallel safe
    return case
        when app.signing_required() and app.signed_account() <> ''
        then convert_from(decode(substr(app.signed_account(), 34), 'hex'), 'UTF8')
        else coalesce(nullif(current_setting('app.actor', true), ''), session_user::text)
    end;
comment on function app.current_actor() is
    'The actor set for this transaction, found signed where that is required, or the login role.';
