-- The projects that something was recorded of since a moment, and how far their chains are.
--
-- The audit log is the outbox of project search: a change and its event commit together. Events that
-- leave the project's row as it is are passed over; of a type added later, none is. Events of a
-- transaction that commits late have a moment that is over: the caller has to stay behind the
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
