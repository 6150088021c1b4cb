create policy projects_tenant
    on app.projects
    for all
    to eagle_application
    using (account_id = app.current_account_id())
    with check (account_id = app.current_account_id());
comment on policy projects_tenant on app.projects is
    'The application sees and changes the rows of its account.';

create policy projects_tenant_read
    on app.projects
    for select
    to eagle_reader
    using (account_id = app.current_account_id());
comment on policy projects_tenant_read on app.projects is 'A reader sees the rows of its account.';

create policy projects_audit
    on app.projects
    for select
    to eagle_auditor
    using (true);
comment on policy projects_audit on app.projects is
    'An auditor compares every project with the log.';

alter table app.projects enable row level security;
