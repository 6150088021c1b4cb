-- The projects with events since a given time, and the positions of their last events.
--
-- The audit log is the outbox of project search: a change and its event commit together. Events
-- that do not change the row of the project are skipped, except those of types added later. Events
-- of a transaction that commits late have an earlier time: the caller has to stay behind the
-- transactions that are still open.
--
--     select count(*) from ops.find_changed_projects(since => now() + interval '1 hour');
--     -- 0
--
create function ops.find_changed_projects(since timestamptz)
    returns table (
        account_id uuid,
        project_id uuid,
        version    bigint
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select e.account_id, e.project_id, max(e.position) as version
      from app.project_events as e
     where e.occurred_at >= find_changed_projects.since
       and e.event_type not in ('payload.saved', 'file.attached', 'report.generated')
     group by e.account_id, e.project_id;
end;
comment on function ops.find_changed_projects(timestamptz) is
    'Names the projects that changed since a moment, with the place of their last event.';
