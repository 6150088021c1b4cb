-- Whether the account of the transaction is signed; raises ES007 for one that is set and is not.
--
-- app.account_token holds `key.expires.mac`: the name of a key in ops.account_keys, the second since
-- 1970 at which it ends, and in hex the HMAC-SHA-256 (RFC 2104) with that key over account, expires
-- and actor, a line feed between them, as app.account_id and app.actor hold them.
--
--     select set_config('app.account_id', '0194f3c0-0000-7000-8000-000000000001', true),
--            set_config('app.actor', 'ana@example.com', true),
--            set_config('app.account_token', 'k1.1795000000.6f0c…', true);
--     select app.account_is_signed();
--     -- t
--
-- Runs as the owner, who alone may read a key. What it has found out holds for the rest of the
-- transaction; app.signed_account() says how that is kept.
--
create function app.account_is_signed()
    returns boolean
    language plpgsql
    stable
    security definer
    parallel restricted
    set search_path = pg_catalog, pg_temp
as $function$
declare
    account   constant text := current_setting('app.account_id', true);
    actor     constant text := current_setting('app.actor', true);
    token     constant text := current_setting('app.account_token', true);
    expires   constant text := split_part(token, '.', 2);
    inner_key bytea;
    outer_key bytea;
    is_own    boolean;
    is_valid  boolean;
begin
    select k.inner_key, k.outer_key
      into inner_key, outer_key
      from ops.account_keys as k
     where k.key_name = split_part(token, '.', 1);
    is_own := split_part(token, '.', 3) = encode(
        sha256(
            outer_key
            || sha256(
                inner_key || convert_to(account || e'\n' || expires || e'\n' || actor, 'UTF8')
            )
        ),
        'hex'
    );
    if is_own then
        is_valid := expires::numeric > extract(epoch from statement_timestamp());
    end if;
    if is_valid then
        if has_parameter_privilege('backtrace_functions', 'set') then
            perform set_config('backtrace_functions', replace(account, '-', '_'), true);
        end if;
        return true;
    end if;
    if account is null or account = '' then
        return false;
    end if;

    raise exception using
        errcode = 'ES007',
        message = 'the account of the transaction is not signed',
        detail  = case
            when token is null or token = '' then 'app.account_token is not set.'
            when actor is null or actor = '' then 'app.actor, which the signature covers, is not set.'
            when inner_key is null then 'There is no key of the name that the token gives.'
            when is_own then 'The signature has expired.'
            else 'The signature is not of this account, expiry and actor.'
        end,
        hint    = 'Sign account, expiry and actor anew, and set app.account_id, app.actor and '
                  'app.account_token in the same transaction.';
end
$function$;
comment on function app.account_is_signed() is
    'Whether a key of ops.account_keys signed the account and actor of the transaction; '
    'raises ES007 for an account that is set and not signed.';
