-- 0005.performance-indexes
-- depends: 0004.seed-data
-- transactional: false
--
-- why    The queries of the pages and of the dashboard, each on its own index.
-- locks  SHARE UPDATE EXCLUSIVE while an index is built: readers and writers go on.
-- undo   0005.performance-indexes.rollback.sql; nothing is lost.

create extension btree_gin with schema public;

-- Superusers install it with sql/superuser.sql; here it is only asked for, since it is not trusted.
do $statements$
begin
    if not exists (select from pg_extension where extname = 'pg_stat_statements') then
        create extension pg_stat_statements with schema public;
    end if;
exception
    when insufficient_privilege then
        raise warning using
            message = 'pg_stat_statements is not installed; statement statistics are missing',
            hint    = 'A superuser installs it by running sql/superuser.sql.';
end
$statements$;

create index concurrently projects_account_id_created_at_draft_idx
    on app.projects (account_id, created_at desc)
    where status = 'draft';

create index concurrently projects_account_id_project_id_estimating_idx
    on app.projects (account_id, project_id)
    where status = 'estimating';

create index concurrently project_payloads_account_id_project_id_module_created_at_idx
    on app.project_payloads (account_id, project_id, module, created_at desc);

create index concurrently project_payloads_account_id_config_idx
    on app.project_payloads using gin (account_id, config jsonb_path_ops);

create index concurrently project_events_account_id_occurred_at_idx
    on app.project_events (account_id, occurred_at desc) include (event_type);

create materialized view app.project_stats as
select
    p.account_id,
    p.status,
    count(*) as project_count,
    avg(extract(epoch from p.updated_at - p.created_at) / 3600) as avg_duration_hours
  from app.projects as p
 where p.status <> 'draft'
 group by p.account_id, p.status;

-- The view is new: nobody waits for its index.
-- squawk-ignore require-concurrent-index-creation
create unique index project_stats_account_id_status_idx
    on app.project_stats (account_id, status);

-- EXPLAIN estimates from statistics of all rows, those that row security hides too, so that nothing
-- that could name an account, a person or a design is kept in them.
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

create function ops.refresh_project_stats()
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    refresh materialized view concurrently app.project_stats;
end
$function$;
comment on function ops.refresh_project_stats() is
    'Refreshes app.project_stats without blocking its readers.';
