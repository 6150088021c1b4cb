-- Begin the work of an account in this transaction; the first thing that an API calls in it.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select app.current_account_id(), app.current_actor();
--     -- 0194f3c0-0000-7000-8000-000000000001 | ana@example.com
--
-- Where accounts must be signed, `token` is `key.expires.mac`: the name of a key in ops.account_keys,
-- the time at which the token expires in seconds since 1970, and in hex the HMAC-SHA-256 (RFC 2104)
-- with that key over account, expires and actor, separated by line feeds, the account in lower case
-- with hyphens. Any other token raises ES007. Where no signature is required, the token is ignored.
--
-- Runs as the owner: only the owner may read keys and store the signed account.
--
create function app.begin_work(
    account_id uuid,
    actor      text,
    token      text default null
)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    expires   constant text := split_part(begin_work.token, '.', 2);
    inner_key bytea;
    outer_key bytea;
    is_own    boolean;
    is_valid  boolean;
begin
    if begin_work.account_id is null
        or length(begin_work.actor) between 1 and 200 is not true
        or begin_work.actor ~ '[[:cntrl:]]' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'an account works through an actor of 1 to 200 characters on one line',
            hint    = 'Name the account, and the user who is logged in at the API.';
    end if;
    -- Statements, since the nodes of a distributed database hear of no call of set_config().
    execute format('set local app.account_id = %L', begin_work.account_id);
    execute format('set local app.actor = %L', begin_work.actor);
    if not app.signing_required() then
        return;
    end if;

    select k.inner_key, k.outer_key
      into inner_key, outer_key
      from ops.account_keys as k
     where k.key_name = split_part(begin_work.token, '.', 1);
    is_own := split_part(begin_work.token, '.', 3) = encode(
        sha256(
            outer_key
            || sha256(
                inner_key
                || convert_to(
                    begin_work.account_id || e'\n' || expires || e'\n' || begin_work.actor, 'UTF8'
                )
            )
        ),
        'hex'
    ) and length(begin_work.token) <= 200;
    if is_own then
        is_valid := expires::numeric > extract(epoch from statement_timestamp());
    end if;
    if is_valid is not true then
        raise exception using
            errcode = 'ES007',
            message = 'the account is not signed',
            detail  = case
                when begin_work.token is null or begin_work.token = '' then 'There is no token.'
                when inner_key is null then 'There is no key of the name that the token gives.'
                when is_own then 'The token has expired.'
                else 'The token is not of this account, expiry and actor.'
            end,
            hint    = 'Sign account, expiry and actor anew; give the token to app.begin_work().';
    end if;
    execute format(
        'set local backtrace_functions = %L',
        encode(uuid_send(begin_work.account_id), 'hex')
        || ',' || encode(convert_to(begin_work.actor, 'UTF8'), 'hex')
    );
end
$function$;
comment on function app.begin_work(uuid, text, text) is
    'Begins the work of an account and an actor in this transaction; '
    'raises ES007 where they must be signed and are not.';
