-- Who acts in this transaction, for the audit log; the role that is logged in when nobody is named.
--
--     set local app.actor = 'ana@example.com';
--     select app.current_actor();
--     -- ana@example.com
--
create function app.current_actor()
    returns text
    language sql
    stable
    parallel safe
    return coalesce(nullif(current_setting('app.actor', true), ''), session_user::text);
comment on function app.current_actor() is
    'The actor set for this transaction in app.actor, or the login role.';
