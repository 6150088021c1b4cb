begin;
select plan(6);

-- The jobs of these tests are none that the program knows.
alter table ops.jobs drop constraint jobs_work_check;
insert into ops.jobs (job, statement, schedule, late_after, time_limit, description)
values ('nightly', 'select 1', '0 0 * * *', '1 day', '1 hour', 'For these tests.');
insert into ops.job_runs (job, outcome, started_at, finished_at)
values
    ('nightly', 'succeeded', now() - interval '401 days', now() - interval '401 days'),
    ('nightly', 'succeeded', now() - interval '399 days', now() - interval '399 days');

set local role eagle_operator;
select throws_ok(
    $$ select ops.finish_job('019aaf2e-6c00-7000-8000-000000000001', 0) $$,
    'ES208', 'run 019aaf2e-6c00-7000-8000-000000000001 is not running',
    'a run that did not begin does not end'
);
select lives_ok(
    $$ select ops.finish_job(ops.begin_job('nightly'), 0, detail => '{"checked": 12}') $$,
    'a run ends'
);
select results_eq(
    $$ select outcome, exit_code, detail ->> 'checked' from ops.job_runs
        where job = 'nightly' order by started_at $$,
    $$ values ('succeeded', null::smallint, null), ('succeeded', 0::smallint, '12') $$,
    'its outcome and what it printed are kept, and runs of over 400 days ago are not'
);
select is_empty(
    $$ select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() $$,
    'another session can run the job then'
);
select lives_ok(
    $$ select ops.finish_job(ops.begin_job('nightly'), 5, 'error: no') $$,
    'a run can fail'
);
select results_eq(
    $$ select last_outcome, last_message, last_detail ->> 'checked' from ops.job_status
        where job = 'nightly' $$,
    $$ values ('failed', 'error: no', '12') $$,
    'a failure shows beside the last success'
);

select * from finish();
rollback;
