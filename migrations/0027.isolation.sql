-- 0027.isolation
-- depends: 0026.partition-periods
--
-- why    A query's own cheap conditions were evaluated on rows of every account before the policies,
--        which listed accounts and told texts; and whoever knew an account's id could open it. The
--        policies now compare first what nothing is cheaper than, and accept signed accounts only
--        where ops.require_signed_accounts() has said so.
-- locks  app.project_payloads, app.projects, app.project_events, app.project_totals ACCESS EXCLUSIVE,
--        briefly, in that order: policies are rows of the catalogue. The two views likewise.
-- undo   0027.isolation.rollback.sql; the keys that accounts are signed with are lost.

create operator app.=== (
    leftarg  = uuid,
    rightarg = uuid,
    function = pg_catalog.uuid_eq,
    restrict = pg_catalog.neqsel,
    join     = pg_catalog.neqjoinsel
);
comment on operator app.=== (uuid, uuid) is
    'Whether two accounts are the same, as the first condition of a policy.';

create function app.signing_required()
    returns boolean
    language sql
    immutable
    parallel safe
    return false;
comment on function app.signing_required() is
    'Whether an account must be signed to see rows; set by ops.require_signed_accounts().';

create table ops.account_keys (
    key_name   text         not null,
    inner_key  bytea        not null,
    outer_key  bytea        not null,
    added_at   timestamptz  not null  default now(),
    constraint account_keys_pkey primary key (key_name),
    constraint account_keys_key_name_check check (key_name ~ '^[a-z0-9_-]{1,32}$'),
    constraint account_keys_inner_key_check check (octet_length(inner_key) = 64),
    constraint account_keys_outer_key_check check (octet_length(outer_key) = 64)
);
select ops.place('ops.account_keys', 'local');

comment on table ops.account_keys is
    'The keys with which the API signs accounts, at most two; only the owner reads them.';
comment on column ops.account_keys.key_name is 'What a token calls the key.';
comment on column ops.account_keys.inner_key is
    'The key, filled to a block and combined with the inner pad of HMAC.';
comment on column ops.account_keys.outer_key is
    'The key, filled to a block and combined with the outer pad of HMAC.';
comment on column ops.account_keys.added_at is 'When the key was added.';

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

create function app.signed_account()
    returns text
    language sql
    stable
    parallel safe
    return current_setting('backtrace_functions');
comment on function app.signed_account() is
    'The account whose signature was checked in this transaction, or an empty text.';

create or replace function app.current_account_id()
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

create or replace function app.current_actor()
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

create function ops.tenant_policies()
    returns table (
        relation      regclass,
        policy        text,
        condition     text,
        row_check     text,
        wanted        text,
        wanted_check  text,
        is_as_wanted  boolean
    )
    language sql
    stable
    security invoker
begin atomic
    with form as (
        select
            case
                when exists (select from pg_catalog.pg_extension where extname = 'citus')
                then '(account_id = app.current_account_id())'
                else '((account_id OPERATOR(app.===)'
                     ' ( SELECT app.current_account_id() AS current_account_id))'
                     ' AND (account_id = app.current_account_id()))'
            end as condition,
            '(account_id = app.current_account_id())' as row_check
    )
    select
        p.polrelid::regclass,
        p.polname::text,
        q.condition,
        q.row_check,
        f.condition,
        f.row_check,
        p.polpermissive
        and coalesce(q.condition, f.condition) = f.condition
        and coalesce(q.row_check, f.row_check) = f.row_check
      from pg_catalog.pg_policy as p
      join ops.table_placements as t on pg_catalog.to_regclass(t.relation) = p.polrelid
     cross join form as f
     cross join lateral (
               select
                   pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                   pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
           ) as q (condition, row_check)
     where t.placement = 'tenant'
       and p.polroles && array[
               0::oid,
               pg_catalog.to_regrole('eagle_application')::oid,
               pg_catalog.to_regrole('eagle_reader')::oid
           ]
     order by p.polrelid::regclass::text, p.polname;
end;
comment on function ops.tenant_policies() is
    'The policies that keep accounts apart, what they say, and what they have to say.';

create function ops.isolate()
    returns integer
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    -- As writers lock them, so that they and this do not wait for each other.
    lock_order constant text[] := array[
        'app.project_payloads', 'app.projects', 'app.project_events', 'app.project_totals'
    ];
    one        record;
    written    integer := 0;
begin
    for one in
        select *
          from ops.tenant_policies() as p
         where p.is_as_wanted is not true
         order by array_position(lock_order, p.relation::text), p.relation::text, p.policy
    loop
        execute format('alter policy %I on %s', one.policy, one.relation)
            || coalesce(' using ' || case when one.condition is not null then one.wanted end, '')
            || coalesce(
                   ' with check ' || case when one.row_check is not null then one.wanted_check end, ''
               );
        written := written + 1;
    end loop;
    return written;
end
$function$;
comment on function ops.isolate() is
    'Writes the policies that keep accounts apart in the form that the planner cannot get around.';

create function ops.add_account_key(
    key_name text,
    secret   bytea
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    block_size constant integer := 64;  -- of SHA-256, in bytes
    inner_pad  constant integer := 54;  -- 0x36, RFC 2104
    outer_pad  constant integer := 92;  -- 0x5c
    key        bytea;
    inner_key  bytea;
    outer_key  bytea;
begin
    if octet_length(add_account_key.secret) between 32 and block_size is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the secret of a key has 32 to 64 bytes',
            hint    = 'Make one with: openssl rand -hex 32';
    end if;
    lock table ops.account_keys in share row exclusive mode;
    if (select count(*) from ops.account_keys) >= 2 then
        raise exception using
            errcode = 'ES209',
            message = 'two keys are valid already',
            hint    = 'Remove the one that no API signs with any more: ops.remove_account_key().';
    end if;

    key := add_account_key.secret
        || decode(repeat('00', block_size - octet_length(add_account_key.secret)), 'hex');
    inner_key := key;
    outer_key := key;
    for place in 0 .. block_size - 1 loop
        inner_key := set_byte(inner_key, place, get_byte(key, place) # inner_pad);
        outer_key := set_byte(outer_key, place, get_byte(key, place) # outer_pad);
    end loop;
    insert into ops.account_keys (key_name, inner_key, outer_key)
    values (add_account_key.key_name, inner_key, outer_key);
end
$function$;
comment on function ops.add_account_key(text, bytea) is
    'Adds a key with which the API signs accounts; at most two are valid at a time (ES209).';

create function ops.remove_account_key(key_name text)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    lock table ops.account_keys in share row exclusive mode;
    delete from ops.account_keys as k where k.key_name = remove_account_key.key_name;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no key %s', quote_literal(remove_account_key.key_name)),
            hint    = 'Its name is in ops.account_keys.';
    end if;
    if app.signing_required() and not exists (select from ops.account_keys) then
        raise exception using
            errcode = 'ES210',
            message = 'signed accounts are required, and this is the only key',
            hint    = 'Add another key first, or end the requirement: '
                      'select ops.require_signed_accounts(false).';
    end if;
end
$function$;
comment on function ops.remove_account_key(text) is
    'Removes a key with which accounts were signed; the last one only where none is required.';

create function ops.require_signed_accounts(required boolean)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if required and not exists (select from ops.account_keys) then
        raise exception using
            errcode = 'ES210',
            message = 'there is no key that an account could be signed with',
            hint    = 'Add one first: ops.add_account_key().';
    end if;
    if required and exists (select from pg_extension where extname = 'citus') then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'signed accounts are not available on a distributed database',
            hint    = 'The keys are on the coordinator, and policies are evaluated on the workers.';
    end if;
    execute format(
        'create or replace function app.signing_required() returns boolean'
        ' language sql immutable parallel safe return %s',
        case when required then 'true' else 'false' end
    );
end
$function$;
comment on function ops.require_signed_accounts(boolean) is
    'Makes the database accept signed accounts only, or any account again.';

create or replace view app.account_stats with (security_barrier = true) as
select
    s.account_id,
    s.status,
    s.project_count,
    s.avg_duration_hours
  from app.project_stats as s
 where s.account_id operator(app.===) (select app.current_account_id())
   and s.account_id = app.current_account_id();

-- What policies and columns call, until the grants are written anew after the migrations.
grant execute on function
    app.signing_required(),
    app.account_is_signed(),
    app.signed_account(),
    app.current_account_id(),
    app.current_actor()
   to eagle_application, eagle_reader;

select ops.isolate();
