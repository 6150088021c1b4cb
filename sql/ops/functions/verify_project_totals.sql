-- The differences between the totals and the projects; no row if they agree.
--
--     select count(*) from ops.verify_project_totals();
--     -- 0
--
-- Both are read in one snapshot, so that it may run with concurrent writers.
--
create function ops.verify_project_totals()
    returns table (
        account_id        uuid,
        status            app.project_status,
        project_count     bigint,
        confidence_count  bigint,
        confidence_sum    numeric,
        duration          interval
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select
        entry.account_id,
        entry.status,
        sum(entry.project_count)::bigint,
        sum(entry.confidence_count)::bigint,
        sum(entry.confidence_sum),
        sum(entry.duration)
      from (
               select
                   p.account_id,
                   p.status,
                   count(*) as project_count,
                   count(p.confidence) as confidence_count,
                   coalesce(sum(p.confidence::numeric), 0) as confidence_sum,
                   sum(p.updated_at - p.created_at) as duration
                 from app.projects as p
                group by p.account_id, p.status
               union all
               select
                   t.account_id,
                   t.status,
                   - t.project_count,
                   - t.confidence_count,
                   - t.confidence_sum,
                   - t.duration
                 from app.project_totals as t
           ) as entry
     group by entry.account_id, entry.status
    having sum(entry.project_count) <> 0
        or sum(entry.confidence_count) <> 0
        or sum(entry.confidence_sum) <> 0
        or sum(entry.duration) <> interval '0';
end;
comment on function ops.verify_project_totals() is
    'What app.project_totals lacks of what app.projects holds; no row when all is well.';
