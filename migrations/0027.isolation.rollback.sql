alter policy project_payloads_tenant on app.project_payloads
    using (account_id = app.current_account_id())
    with check (account_id = app.current_account_id());
alter policy project_payloads_tenant_read on app.project_payloads
    using (account_id = app.current_account_id());
alter policy projects_tenant on app.projects
    using (account_id = app.current_account_id())
    with check (account_id = app.current_account_id());
alter policy projects_tenant_read on app.projects
    using (account_id = app.current_account_id());
alter policy project_events_tenant_append on app.project_events
    with check (account_id = app.current_account_id());
alter policy project_events_tenant_read on app.project_events
    using (account_id = app.current_account_id());
alter policy project_totals_tenant_read on app.project_totals
    using (account_id = app.current_account_id());

create or replace view app.account_stats with (security_barrier = true) as
select
    s.account_id,
    s.status,
    s.project_count,
    s.avg_duration_hours
  from app.project_stats as s
 where s.account_id = app.current_account_id();

create or replace function app.current_actor()
    returns text
    language sql
    stable
    parallel safe
    return coalesce(nullif(current_setting('app.actor', true), ''), session_user::text);
comment on function app.current_actor() is
    'The actor set for this transaction in app.actor, or the login role.';

create or replace function app.current_account_id()
    returns uuid
    language sql
    stable
    parallel safe
    return nullif(current_setting('app.account_id', true), '')::uuid;
comment on function app.current_account_id() is
    'The account set for this transaction in app.account_id, or null.';

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
        raise exception using
            errcode = 'ES005',
            message = 'the transaction is not set to this account',
            hint    = 'Run set local app.account_id = ''…'' in the same transaction first.';
    end if;
end
$function$;
comment on function app.require_account(uuid) is
    'Raises ES005 unless the transaction is set to the account.';

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
            hint    = 'Run set local app.account_id = ''…'' in the same transaction first.',
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

drop function ops.require_signed_accounts(boolean);
drop function ops.remove_account_key(text);
drop function ops.add_account_key(text, bytea);
drop function ops.isolate();
drop function ops.tenant_policies();
drop function app.begin_work(uuid, text, text);
drop function app.signed_account();
drop table ops.account_keys;
delete from ops.table_placements where relation = 'ops.account_keys';
drop function app.signing_required();
drop operator app.=== (uuid, uuid);
