create view ops.job_status as
select
    j.job,
    j.description,
    j.schedule,
    j.is_enabled,
    j.late_after,
    newest.started_at                as last_started_at,
    newest.outcome                   as last_outcome,
    newest.message                   as last_message,
    success.finished_at              as last_success_at,
    success.finished_at - success.started_at as last_duration,
    success.detail                   as last_detail,
    j.is_enabled
    and coalesce(success.finished_at, j.added_at) < now() - j.late_after as is_late
  from ops.jobs as j
  left join lateral (
            select r.started_at, r.outcome, r.message
              from ops.job_runs as r
             where r.job = j.job
             order by r.started_at desc
             limit 1
       ) as newest on true
  left join lateral (
            select r.started_at, r.finished_at, r.detail
              from ops.job_runs as r
             where r.job = j.job
               and r.outcome = 'succeeded'
             order by r.finished_at desc
             limit 1
       ) as success on true;

comment on view ops.job_status is
    'Each job with its last run and last success, and whether it is late.';
comment on column ops.job_status.job is 'The job.';
comment on column ops.job_status.description is 'What it is for.';
comment on column ops.job_status.schedule is 'When it runs, as crontab has it, in UTC.';
comment on column ops.job_status.is_enabled is 'False where it is not to run.';
comment on column ops.job_status.late_after is
    'The age of the last success at which somebody is told.';
comment on column ops.job_status.last_started_at is 'When the newest run began.';
comment on column ops.job_status.last_outcome is
    'running, succeeded, failed or interrupted; null before the first run.';
comment on column ops.job_status.last_message is
    'What the newest run said, if it failed.';
comment on column ops.job_status.last_success_at is 'When the newest successful run ended.';
comment on column ops.job_status.last_duration is 'How long that run took.';
comment on column ops.job_status.last_detail is 'The JSON object that it printed.';
comment on column ops.job_status.is_late is
    'True if an enabled job has had no success for longer than late_after.';
