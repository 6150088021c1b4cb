create table ops.job_runs (
    run_id       uuid         not null  default ops.uuid_v7(),
    job          text         not null,
    slot_at      timestamptz  null,
    started_at   timestamptz  not null  default clock_timestamp(),
    finished_at  timestamptz  null,
    outcome      text         not null  default 'running',
    exit_code    smallint     null,
    message      text         null,
    detail       jsonb        null,
    ran_by       text         not null  default session_user,
    constraint job_runs_pkey primary key (run_id),
    constraint job_runs_job_slot_at_key unique (job, slot_at),
    constraint job_runs_job_fkey foreign key (job) references ops.jobs on delete cascade,
    constraint job_runs_outcome_check
        check (outcome in ('running', 'succeeded', 'failed', 'interrupted')),
    constraint job_runs_finished_at_check check ((outcome = 'running') = (finished_at is null)),
    constraint job_runs_check check (finished_at >= started_at),
    constraint job_runs_job_check check (length(job) <= 63),
    constraint job_runs_message_check check (length(message) <= 10000),
    constraint job_runs_detail_check check (ops.json_fits(detail, 1048576)),
    constraint job_runs_ran_by_check check (length(ran_by) <= 63)
);
select ops.place('ops.job_runs', 'local');

create index job_runs_job_started_at_idx on ops.job_runs (job, started_at desc);
create index job_runs_job_finished_at_succeeded_idx
    on ops.job_runs (job, finished_at desc)
 where outcome = 'succeeded';

comment on table ops.job_runs is 'Each run of a job, for 400 days.';
comment on column ops.job_runs.run_id is 'Identifies the run.';
comment on column ops.job_runs.job is 'The job.';
comment on column ops.job_runs.slot_at is
    'The scheduled time that it ran for, which runs once; null for a run by hand.';
comment on column ops.job_runs.started_at is 'When it began.';
comment on column ops.job_runs.finished_at is 'When it ended, or was found to have ended.';
comment on column ops.job_runs.outcome is
    'running, succeeded, failed, or interrupted: ended without saying so.';
comment on column ops.job_runs.exit_code is
    'Exit code of its command, one of docs/reference/exit-codes.md.';
comment on column ops.job_runs.message is 'The last line that a failed run said.';
comment on column ops.job_runs.detail is 'The JSON object that its command printed.';
comment on column ops.job_runs.ran_by is 'The role that ran it.';
