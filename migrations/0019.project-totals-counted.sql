-- 0019.project-totals-counted
-- depends: 0018.project-totals
--
-- why    The projects that were there before the totals are counted into them; then the dashboard
--        reads them, and the statistics sum them instead of all projects.
-- locks  app.account_stats and app.project_stats ACCESS EXCLUSIVE, briefly, at the end. The projects
--        are counted beside their readers and writers.
-- undo   0019.project-totals-counted.rollback.sql; nothing is lost.

select ops.recount_project_totals();

create view app.account_dashboard with (security_invoker = true) as
select
    t.account_id,
    t.status,
    sum(t.project_count)::bigint as project_count,
    (sum(t.confidence_sum) / nullif(sum(t.confidence_count), 0))::double precision
        as mean_confidence
  from app.project_totals as t
 where t.account_id = app.current_account_id()
 group by t.account_id, t.status
having sum(t.project_count) <> 0;

comment on view app.account_dashboard is
    'How many projects the account of the transaction has in each status, as of now.';
comment on column app.account_dashboard.account_id is 'The tenant.';
comment on column app.account_dashboard.status is 'The status counted.';
comment on column app.account_dashboard.project_count is
    'How many projects of the account are in the status.';
comment on column app.account_dashboard.mean_confidence is
    'Mean confidence of those that have one.';

create materialized view app.project_stats_next as
select
    t.account_id,
    t.status,
    sum(t.project_count)::bigint as project_count,
    extract(epoch from sum(t.duration)) / 3600 / sum(t.project_count) as avg_duration_hours
  from app.project_totals as t
 where t.status <> 'draft'
 group by t.account_id, t.status
having sum(t.project_count) <> 0;

-- The view is new: nobody waits for its index.
-- squawk-ignore require-concurrent-index-creation
create unique index project_stats_next_account_id_status_idx
    on app.project_stats_next (account_id, status);

-- EXPLAIN estimates from statistics of all rows, those that row security hides too, so that nothing
-- that could name an account, a person or a design is kept in them.
alter materialized view app.project_stats_next
    alter column account_id set statistics 0,
    alter column project_count set statistics 0,
    alter column avg_duration_hours set statistics 0;

create or replace view app.account_stats with (security_barrier = true) as
select
    s.account_id,
    s.status,
    s.project_count,
    s.avg_duration_hours
  from app.project_stats_next as s
 where s.account_id = app.current_account_id();

-- One transaction: whoever reads waits, and finds the new view under the old name.
-- squawk-ignore ban-drop-view
drop materialized view app.project_stats;
-- squawk-ignore renaming-object
alter materialized view app.project_stats_next rename to project_stats;
alter index app.project_stats_next_account_id_status_idx
    -- squawk-ignore renaming-object
    rename to project_stats_account_id_status_idx;

comment on materialized view app.project_stats is
    'Projects per account and status, drafts left out; '
    'no tenant role may read it, see app.account_stats.';
comment on column app.project_stats.account_id is 'The tenant.';
comment on column app.project_stats.status is 'The status counted.';
comment on column app.project_stats.project_count is
    'How many projects of the account are in the status.';
comment on column app.project_stats.avg_duration_hours is
    'Mean of updated_at - created_at, in hours.';

insert into ops.jobs (
    job, statement, role, schedule, late_after, time_limit, is_enabled, description
)
values
    ('project-totals', 'select ops.fold_project_totals()', 'eagle_operator',
     '*/5 * * * *', '1 hour', '5 minutes', true,
     'What changed in the totals of projects, folded into one row each.');
