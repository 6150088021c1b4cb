create policy project_payloads_tenant
    on app.project_payloads
    for all
    to eagle_application
    using (account_id = app.current_account_id())
    with check (account_id = app.current_account_id());
comment on policy project_payloads_tenant on app.project_payloads is
    'The application sees and changes the rows of its account.';

create policy project_payloads_tenant_read
    on app.project_payloads
    for select
    to eagle_reader
    using (account_id = app.current_account_id());
comment on policy project_payloads_tenant_read on app.project_payloads is
    'A reader sees the rows of its account.';

create policy project_payloads_audit
    on app.project_payloads
    for select
    to eagle_auditor
    using (true);
comment on policy project_payloads_audit on app.project_payloads is
    'An auditor compares the hash of every payload with the log.';

alter table app.project_payloads enable row level security;
alter table app.project_payloads_single_pole_direct_burial enable row level security;
alter table app.project_payloads_single_pole_base_plate enable row level security;
alter table app.project_payloads_two_pole_direct_burial enable row level security;
