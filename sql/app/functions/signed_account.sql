-- The signed account and actor that app.begin_work() verified in this transaction; else empty.
--
--     select app.signed_account() = '';
--     -- t
--
-- Both are in hex, so that they form a valid list of names: they are kept in backtrace_functions, a
-- list of functions of the server's source whose errors are logged with a backtrace; these names
-- match none.
-- A custom setting could be changed by the session that it must restrict. This one can be changed
-- only by a superuser and, by sql/superuser.sql, by the owner, as whom app.begin_work() runs.
--
create function app.signed_account()
    returns text
    language sql
    stable
    parallel safe
    return current_setting('backtrace_functions');
comment on function app.signed_account() is
    'The account and actor that were found signed in this transaction, in hex, or an empty text.';
