begin;
select plan(9);

-- The jobs of these tests are none that the program knows.
alter table ops.jobs drop constraint jobs_work_check;
insert into ops.jobs (job, statement, schedule, late_after, time_limit, description)
values ('nightly', 'select 1', '0 0 * * *', '1 day', '1 hour', 'For these tests.');
insert into ops.job_runs (job) values ('nightly');

set local role eagle_application;
select throws_ok(
    $$ select ops.begin_job('nightly') $$,
    '42501', 'permission denied for function begin_job',
    'the application begins no job'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.begin_job('never') $$,
    'ES206', 'no job is named never',
    'a job that is not declared does not begin'
);
select isnt(ops.begin_job('nightly'), null, 'an operator begins a job');
select results_eq(
    $$ select outcome from ops.job_runs where job = 'nightly' order by started_at $$,
    array['interrupted', 'running'],
    'a run that ended without saying how shows as interrupted once another begins'
);
select isnt_empty(
    $$ select from pg_locks
        where locktype = 'advisory' and pid = pg_backend_pid() and granted $$,
    'the session of a run keeps others from running the job'
);
select isnt(
    ops.begin_job('nightly', slot => '2026-11-23 00:00+00'), null, 'a slot that had no run begins'
);
select is(
    ops.begin_job('nightly', slot => '2026-11-23 00:00+00'), null, 'a slot runs once'
);
update ops.jobs set is_enabled = false where job = 'nightly';
select is(
    ops.begin_job('nightly', slot => '2026-11-24 00:00+00'), null, 'a job that is off has no slots'
);
select isnt(ops.begin_job('nightly'), null, 'a job that is off runs by hand');

select * from finish();
rollback;
