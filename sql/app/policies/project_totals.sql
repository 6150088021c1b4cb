create policy project_totals_tenant_read
    on app.project_totals
    for select
    to eagle_application, eagle_reader
    using (account_id = app.current_account_id());
comment on policy project_totals_tenant_read on app.project_totals is
    'The application and readers see the totals of their account.';

create policy project_totals_audit
    on app.project_totals
    for select
    to eagle_auditor
    using (true);
comment on policy project_totals_audit on app.project_totals is
    'An auditor compares the totals with the projects.';

alter table app.project_totals enable row level security;
