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
    constraint account_keys_key_name_check
        check (length(key_name) <= 32 and key_name ~ '^[a-z0-9_-]+$'),
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

create function app.signed_account()
    returns text
    language sql
    stable
    parallel safe
    return current_setting('backtrace_functions');
comment on function app.signed_account() is
    'The account and actor that were found signed in this transaction, in hex, or an empty text.';

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

-- What policies and columns call, until the grants are written anew after the migrations.
grant execute on function
    app.signing_required(),
    app.signed_account(),
    app.begin_work(uuid, text, text)
   to eagle_application, eagle_reader;

create or replace function app.current_account_id()
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

create or replace function app.current_actor()
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

create or replace function app.require_account(account_id uuid)
    returns void
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if require_account.account_id is distinct from app.current_account_id()
        or require_account.account_id is null then
        if app.signing_required() and app.signed_account() = '' then
            raise exception using
                errcode = 'ES007',
                message = 'the account is not signed',
                hint    = 'Call app.begin_work() with a token in the same transaction first.';
        end if;
        raise exception using
            errcode = 'ES005',
            message = 'the transaction is not set to this account',
            hint    = 'Call app.begin_work() in the same transaction first.';
    end if;
end
$function$;
comment on function app.require_account(uuid) is
    'Raises ES005 unless the transaction is set to the account, ES007 unless it is signed.';

create or replace function app.authorize_event()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if not row_security_active('app.project_events'::regclass) then
        return new;
    end if;
    if new.account_id is distinct from app.current_account_id() then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'new row violates row-level security policy for table "project_events"',
            hint    = 'Call app.begin_work() in the same transaction first.',
            schema  = 'app',
            table   = 'project_events';
    end if;
    if pg_trigger_depth() = 1
        and new.event_type in (
            'project.created', 'project.updated', 'project.status_changed', 'project.submitted',
            'project.accepted', 'project.rejected', 'payload.saved', 'user.data_deleted'
        ) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('the database itself records %s', new.event_type),
            hint    = 'Make the change; its event follows.',
            schema  = 'app',
            table   = 'project_events';
    end if;
    return new;
end
$function$;
comment on function app.authorize_event() is
    'Trigger: refuses an event of another account, or one that only the database records.';

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
        if one.condition is not null then
            execute format('alter policy %I on %s using (%s)', one.policy, one.relation, one.wanted);
        end if;
        if one.row_check is not null then
            execute format(
                'alter policy %I on %s with check (%s)', one.policy, one.relation, one.wanted_check
            );
        end if;
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
            errcode = 'ES210',
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
    'Adds a key with which the API signs accounts; at most two are valid at a time (ES210).';

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
            errcode = 'ES211',
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
            errcode = 'ES211',
            message = 'there is no key that an account could be signed with',
            hint    = 'Add one first: ops.add_account_key().';
    end if;
    if required and exists (select from pg_extension where extname = 'citus') then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'signed accounts are not available on a distributed database',
            hint    = 'The keys are on the coordinator, and policies are evaluated on the workers.';
    end if;
    if required and not has_parameter_privilege('backtrace_functions', 'set') then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'the owner cannot keep which account was found signed',
            hint    = 'Have a superuser run sql/superuser.sql in this database once.';
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

select ops.isolate();
