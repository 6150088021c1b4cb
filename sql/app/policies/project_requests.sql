create policy project_requests_audit
    on app.project_requests
    for select
    to eagle_auditor
    using (true);
comment on policy project_requests_audit on app.project_requests is
    'An auditor sees which call created a project.';

alter table app.project_requests enable row level security;
