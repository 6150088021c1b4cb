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

drop function ops.require_signed_accounts(boolean);
drop function ops.remove_account_key(text);
drop function ops.add_account_key(text, bytea);
drop function ops.isolate();
drop function ops.tenant_policies();
drop function app.signed_account();
drop function app.account_is_signed();
drop table ops.account_keys;
delete from ops.table_placements where relation = 'ops.account_keys';
drop function app.signing_required();
drop operator app.=== (uuid, uuid);
