-- The account whose signature was checked in this transaction, with _ for -; empty before that.
--
--     select app.signed_account();
--     -- 0194f3c0_0000_7000_8000_000000000001
--
-- Checking a signature takes longer than looking up a row, so it is done once in a transaction. What
-- it found is kept in a setting that only a superuser and, by sql/superuser.sql, the owner may
-- change, which no setting of one's own can be: backtrace_functions, a list of functions of the
-- server's source whose errors are logged with a backtrace. An account is the name of none.
--
create function app.signed_account()
    returns text
    language sql
    stable
    parallel safe
    return current_setting('backtrace_functions');
comment on function app.signed_account() is
    'The account whose signature was checked in this transaction, or an empty text.';
