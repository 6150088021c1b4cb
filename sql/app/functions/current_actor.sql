-- Who acts in this transaction, for the audit log; the role that is logged in when nobody is named.
--
--     set local app.actor = 'ana@example.com';
--     select app.current_actor();
--     -- ana@example.com
--
-- Where accounts must be signed, the signature covers the actor, and is checked here as well: the
-- setting could have been changed since the policies checked it.
--
create function app.current_actor()
    returns text
    language sql
    stable
    parallel restricted
    return case
        when app.signing_required() and app.account_is_signed()
        then current_setting('app.actor', true)
        else coalesce(nullif(current_setting('app.actor', true), ''), session_user::text)
    end;
comment on function app.current_actor() is
    'The actor set for this transaction in app.actor, signed if required, or the login role.';
