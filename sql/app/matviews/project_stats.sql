create materialized view app.project_stats as
select
    t.account_id,
    t.status,
    sum(t.project_count)::bigint as project_count,
    extract(epoch from sum(t.duration)) / 3600 / sum(t.project_count) as avg_duration_hours
  from app.project_totals as t
 where t.status <> 'draft'
 group by t.account_id, t.status
having sum(t.project_count) <> 0;

create unique index project_stats_account_id_status_idx
    on app.project_stats (account_id, status);

-- EXPLAIN estimates from statistics of all rows, including those that row security hides. Therefore
-- no statistics are kept of columns that could identify an account, a person or a design.
alter materialized view app.project_stats
    alter column account_id set statistics 0,
    alter column project_count set statistics 0,
    alter column avg_duration_hours set statistics 0;

comment on materialized view app.project_stats is
    'Projects per account and status, drafts left out; '
    'no tenant role may read it, see app.account_stats.';
comment on column app.project_stats.account_id is 'The tenant.';
comment on column app.project_stats.status is 'The status counted.';
comment on column app.project_stats.project_count is
    'How many projects of the account are in the status.';
comment on column app.project_stats.avg_duration_hours is
    'Mean of updated_at - created_at, in hours.';
