create policy retired_events_audit
    on app.retired_events
    for select
    to eagle_auditor
    using (true);
comment on policy retired_events_audit on app.retired_events is
    'An auditor sees what was retired of every chain.';

alter table app.retired_events enable row level security;
