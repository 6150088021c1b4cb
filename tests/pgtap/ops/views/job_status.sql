begin;
select plan(6);

-- The jobs of these tests are none that the program knows.
alter table ops.jobs drop constraint jobs_work_check;
insert into ops.jobs (job, statement, schedule, late_after, time_limit, description, added_at)
values
    ('new', 'select 1', '0 0 * * *', '1 day', '1 hour', 'New.', now() - interval '1 hour'),
    ('never', 'select 1', '0 0 * * *', '1 day', '1 hour', 'Never.', now() - interval '25 hours'),
    ('good', 'select 1', '0 0 * * *', '1 day', '1 hour', 'Ran.', now() - interval '9 days'),
    ('failing', 'select 1', '0 0 * * *', '1 day', '1 hour', 'Fails.', now() - interval '9 days');
insert into ops.job_runs (job, outcome, started_at, finished_at)
values
    ('good', 'succeeded', now() - interval '24 hours', now() - interval '23 hours'),
    ('failing', 'succeeded', now() - interval '26 hours', now() - interval '25 hours'),
    ('failing', 'failed', now() - interval '2 hours', now() - interval '1 hour');

set local role eagle_operator;
select is(is_late, false, 'a new job has time for its first success')
  from ops.job_status where job = 'new';
select is(is_late, true, 'a job that never succeeded is late')
  from ops.job_status where job = 'never';
select is(is_late, false, 'a job that succeeded in time is not late')
  from ops.job_status where job = 'good';
select is(last_duration, interval '1 hour', 'how long the success took is told')
  from ops.job_status where job = 'good';
select is(is_late, true, 'a failure does not make up for a success')
  from ops.job_status where job = 'failing';
update ops.jobs set is_enabled = false where job = 'never';
select is(is_late, false, 'a job that is off is not late')
  from ops.job_status where job = 'never';

select * from finish();
rollback;
