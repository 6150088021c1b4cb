-- The account and the actor that app.begin_work() has found signed in this transaction; empty before that.
--
--     select app.signed_account() = '';
--     -- t
--
-- Both in hex, so that it is a list of names: it is kept in backtrace_functions, the names of the
-- functions of the server's source whose errors are logged with a backtrace, of which this names
-- none. A setting of one's own could be changed by whoever is to be held by it; this one only by a
-- superuser and, by sql/superuser.sql, by the owner, whom app.begin_work() runs as.
--
create function app.signed_account()
    returns text
    language sql
    stable
    parallel safe
    return current_setting('backtrace_functions');
comment on function app.signed_account() is
    'The account and actor that were found signed in this transaction, in hex, or an empty text.';
