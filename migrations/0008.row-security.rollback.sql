drop function app.list_projects(uuid, app.project_status, integer);
drop function app.find_payloads(uuid, jsonb, integer);
drop function app.save_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text);
drop function app.latest_payloads(uuid, uuid);
drop view app.account_stats;

drop policy project_events_audit on app.project_events;
drop policy project_events_tenant_read on app.project_events;
drop policy project_events_tenant_append on app.project_events;
drop policy project_payloads_tenant_read on app.project_payloads;
drop policy project_payloads_tenant on app.project_payloads;
drop policy projects_tenant_read on app.projects;
drop policy projects_tenant on app.projects;

alter table app.projects disable row level security;
alter table app.project_payloads disable row level security;
alter table app.project_events disable row level security;
do $partitions$
declare
    partition text;
begin
    for partition in
        select p.partition
          from ops.partitions as p
         where p.relation in ('app.project_payloads', 'app.project_events')
    loop
        execute format('alter table %s disable row level security', partition);
    end loop;
end
$partitions$;

drop function app.require_account(uuid);
drop function app.current_actor();
drop function app.current_account_id();
