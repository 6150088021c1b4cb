create policy event_chains_audit
    on app.event_chains
    for select
    to eagle_auditor
    using (true);
comment on policy event_chains_audit on app.event_chains is
    'An auditor sees the head of every chain.';

alter table app.event_chains enable row level security;
