create policy project_events_tenant_append
    on app.project_events
    for insert
    to eagle_application
    with check (account_id = app.current_account_id());
comment on policy project_events_tenant_append on app.project_events is
    'The application appends events of its account.';

create policy project_events_tenant_read
    on app.project_events
    for select
    to eagle_application, eagle_reader
    using (account_id = app.current_account_id());
comment on policy project_events_tenant_read on app.project_events is
    'The application and readers see the events of their account.';

create policy project_events_audit
    on app.project_events
    for select
    to eagle_auditor
    using (true);
comment on policy project_events_audit on app.project_events is 'An auditor sees every event.';

alter table app.project_events enable row level security;
