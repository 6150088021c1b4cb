begin;
select plan(14);
\ir ../plans.psql

set local role eagle_owner;
select pg_temp.uses_index(
    'ops.table_placements_pkey',
    $$ insert into ops.table_placements as placed (relation, placement)
       values ('app.projects', 'tenant')
           on conflict on constraint table_placements_pkey
           do update set placement = excluded.placement $$,
    'a table that is placed anew is found by its name'
);

-- Two keys are valid at a time, and read whole; the primary key counts where there were many.
insert into ops.account_keys (key_name, inner_key, outer_key)
select 'k' || number, decode(repeat('00', 64), 'hex'), decode(repeat('00', 64), 'hex')
  from generate_series(1, 2000) as number;
analyze ops.account_keys;
select pg_temp.uses_index(
    'ops.account_keys_pkey',
    $$ select k.inner_key, k.outer_key from ops.account_keys as k where k.key_name = 'k7' $$,
    'a key is found by its name'
);

-- A database has few policies, which are read whole; the key counts where it has many.
-- A thousand policies, for tables that are not there.
alter table ops.partition_policies disable trigger partition_policies_own_relation;
insert into ops.partition_policies (relation, months_ahead)
select 'app.table_' || number, 3 from generate_series(1, 2000) as number;
analyze ops.partition_policies;
select pg_temp.uses_index(
    'ops.partition_policies_pkey',
    $$ select from ops.partition_policies as p where p.relation = 'app.project_events' $$,
    'the policy of a table is found by its name'
);

insert into ops.retired_partitions (partition, relation, starts_at, ends_at, action, row_count)
select 'app.month_' || number, 'app.project_events', now(), now(), 'drop', 0
  from generate_series(1, 2000) as number;
analyze ops.retired_partitions;
select pg_temp.uses_index(
    'ops.retired_partitions_pkey',
    $$ select r.* from ops.retired_partitions as r where r.partition = 'app.month_7' for update $$,
    'the record of a retired partition is found by its name'
);
insert into ops.evidence (position, kind, subject, content, sha256)
select 100000 + number, 'erasure', 'x', '{}', sha256('') from generate_series(1, 5000) as number;
analyze ops.evidence;
select pg_temp.uses_index(
    'ops.evidence_pkey',
    $$ select e.position, e.sha256 from ops.evidence as e order by e.position desc limit 1 $$,
    'the last entry of the evidence is found at the end of its key'
);
select pg_temp.uses_index(
    'ops.missed_months_pkey',
    $$ insert into ops.missed_months as m (relation, starts_at, misses)
       values ('app.project_events', '2023-01-01', 1)
           on conflict on constraint missed_months_pkey
           do update set misses = m.misses + 1 $$,
    'a month that was missed before is counted on'
);

alter table ops.jobs drop constraint jobs_work_check;
insert into ops.jobs (job, statement, schedule, late_after, time_limit, description)
select 'job-' || number, 'select 1', '0 0 * * *', '1 day', '1 hour', 'For size.'
  from generate_series(1, 2000) as number;
insert into ops.job_runs (job, slot_at, started_at, finished_at, outcome)
select 'job-' || number % 100 + 1, now() + number * interval '1 minute',
       now() + number * interval '1 minute', now() + number * interval '1 minute',
       case when number % 7 = 0 then 'failed' else 'succeeded' end
  from generate_series(1, 20000) as number;
analyze ops.jobs, ops.job_runs;
select pg_temp.uses_index(
    'ops.jobs_pkey',
    $$ select j.* from ops.jobs as j where j.job = 'job-7' $$,
    'a job is found by its name'
);
select pg_temp.uses_index(
    'ops.job_runs_pkey',
    $$ update ops.job_runs as r set outcome = 'succeeded'
        where r.run_id = '019aaf2e-6c00-7000-8000-000000000001' and r.outcome = 'running' $$,
    'a run is found by its id'
);
select pg_temp.uses_index(
    'ops.job_runs_job_slot_at_key',
    $$ insert into ops.job_runs (job, slot_at) values ('job-7', now())
           on conflict on constraint job_runs_job_slot_at_key do nothing $$,
    'a slot that had its run is found'
);
select pg_temp.uses_index(
    'ops.job_runs_job_started_at_idx',
    $$ select last_outcome from ops.job_status where job = 'job-7' $$,
    'the newest run of a job is found without its other runs'
);
select pg_temp.uses_index(
    'ops.job_runs_job_finished_at_succeeded_idx',
    $$ select last_success_at from ops.job_status where job = 'job-7' $$,
    'the newest success of a job is found without its other runs'
);
select pg_temp.uses_index(
    'ops.recorded_definitions_pkey',
    $$ select r.definition from ops.recorded_definitions as r
        where (r.place, r.object) = ('', 'server') $$,
    'a recorded definition is found by its object'
);
select pg_temp.uses_index(
    'ops.recorded_rows_pkey',
    $$ insert into ops.recorded_rows as r (relation, key, sha256)
       values ('app.project_stats', '', sha256(''))
           on conflict on constraint recorded_rows_pkey
           do update set sha256 = excluded.sha256 $$,
    'the row that is recorded before is found by its key'
);
select pg_temp.every_index_is_planned('ops');

select * from finish();
rollback;
