-- 0013.jobs
-- depends: 0012.partition-maintenance
--
-- why    What runs by itself is declared in one table and each run is on record, so that a job that
--        stopped running is seen.
-- locks  None that lasts: new tables and functions.
-- undo   0013.jobs.rollback.sql; changed schedules and the record of runs are lost.

create table ops.jobs (
    job          text         not null,
    command      text[]       null,
    statement    text         null,
    schedule     text         not null,
    late_after   interval     not null,
    time_limit   interval     not null,
    is_enabled   boolean      not null  default true,
    description  text         not null,
    added_at     timestamptz  not null  default now(),
    constraint jobs_pkey primary key (job),
    constraint jobs_job_check check (job ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'),
    constraint jobs_command_check check (array_position(command, null) is null and command <> '{}'),
    constraint jobs_statement_check check (btrim(statement) <> ''),
    constraint jobs_check check (num_nonnulls(command, statement) = 1),
    constraint jobs_schedule_check
        check (schedule ~ '^([0-9*/,-]+ ){4}(\*|[a-z]{3}([,-][a-z]{3})*)$'),
    constraint jobs_late_after_check check (late_after > interval '0'),
    constraint jobs_time_limit_check check (time_limit > interval '0')
);
select ops.place('ops.jobs', 'local');

comment on table ops.jobs is 'What runs by itself: what, when, and how late is too late.';
comment on column ops.jobs.job is 'Name of the job, of its unit and of its lines in monitoring.';
comment on column ops.jobs.command is
    'Arguments of `tooling`, without --json and --dsn, which are added.';
comment on column ops.jobs.statement is 'The SQL statement that it is instead.';
comment on column ops.jobs.schedule is
    'When: minute, hour, day and month as crontab has them, days of the week by name; in UTC.';
comment on column ops.jobs.late_after is 'The age of the last success at which somebody is told.';
comment on column ops.jobs.time_limit is 'How long a run may take before it is stopped.';
comment on column ops.jobs.is_enabled is 'False where the job is not to run.';
comment on column ops.jobs.description is 'What it is for, in a sentence.';
comment on column ops.jobs.added_at is
    'When the job was added: until its first success its lateness counts from here.';

insert into ops.jobs (job, command, statement, schedule, late_after, time_limit, description)
values
    ('analyze-partitioned', null, 'select ops.analyze_partitioned_tables()',
     '20 2 * * *', '2 days', '1 hour',
     'Statistics of partitioned tables as a whole, which autovacuum does not take.'),
    ('audit-verify', '{audit,verify}', null, '0 3 * * *', '2 days', '4 hours',
     'Every chain of the audit log is computed anew.'),
    ('integrity', '{integrity}', null, '30 3 * * *', '2 days', '2 hours',
     'Every check of what the database holds.'),
    ('partition-ensure', '{partition,ensure}', null, '15 0 * * *', '2 days', '10 minutes',
     'Partitions of the months ahead.'),
    ('project-stats', null, 'select ops.refresh_project_stats()', '*/15 * * * *', '1 hour',
     '30 minutes', 'The rows that account pages show, counted anew.');

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
    constraint job_runs_check check (finished_at >= started_at)
);
select ops.place('ops.job_runs', 'local');

-- The table is new and empty: nobody waits for its indexes.
-- squawk-ignore require-concurrent-index-creation
create index job_runs_job_started_at_idx on ops.job_runs (job, started_at desc);
-- squawk-ignore require-concurrent-index-creation
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

-- Begin a run of a job, as the only one: other sessions are refused until finish_job or the end of
-- this session. A slot, the scheduled time that a run is for, runs once.
--
--     select ops.begin_job('partition-ensure', slot => '2026-11-23 00:15:00+00');
--     -- …
--     select ops.begin_job('partition-ensure', slot => '2026-11-23 00:15:00+00') is null;
--     -- t
--
create function ops.begin_job(
    job  text,
    slot timestamptz default null
)
    returns uuid
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    lock  constant bigint := hashtextextended('ops.jobs.' || begin_job.job, 0);
    ended constant timestamptz := clock_timestamp();
    known ops.jobs;
    begun uuid;
begin
    select j.* into known
      from ops.jobs as j
     where j.job = begin_job.job;
    if not found then
        raise exception using
            errcode = 'ES206',
            message = format('no job is named %s', begin_job.job),
            hint    = 'See ops.jobs, or `tooling job list`.';
    end if;
    if not known.is_enabled and begin_job.slot is not null then
        return null;
    end if;
    if not pg_try_advisory_lock(lock) then
        raise exception using
            errcode = 'ES207',
            message = format('job %s is running', known.job),
            hint    = 'Wait for it; its session holds an advisory lock, see pg_locks.';
    end if;

    update ops.job_runs as r
       set outcome     = 'interrupted',
           finished_at = ended,
           message     = 'ended without saying how'
     where r.job     = known.job
       and r.outcome = 'running';

    insert into ops.job_runs (job, slot_at)
    values (known.job, begin_job.slot)
        on conflict on constraint job_runs_job_slot_at_key do nothing
    returning run_id into begun;
    if begun is null then
        perform pg_advisory_unlock(lock);
    end if;
    return begun;
end
$function$;
comment on function ops.begin_job(text, timestamptz) is
    'Begins a run of a job, alone, and returns its id; '
    'null if the slot had its run or the job is off.';

-- End a run that this session began: record how, and let others run the job.
--
--     select ops.finish_job(ops.begin_job('partition-ensure'), exit_code => 0);
--
create function ops.finish_job(
    run_id    uuid,
    exit_code integer,
    message   text default null,
    detail    jsonb default null
)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    ended_at constant timestamptz := clock_timestamp();
    ended_job text;
begin
    update ops.job_runs as r
       set outcome     = case when finish_job.exit_code = 0 then 'succeeded' else 'failed' end,
           finished_at = ended_at,
           exit_code   = finish_job.exit_code,
           message     = finish_job.message,
           detail      = finish_job.detail
     where r.run_id  = finish_job.run_id
       and r.outcome = 'running'
    returning r.job into ended_job;
    if not found then
        raise exception using
            errcode = 'ES208',
            message = format('run %s is not running', finish_job.run_id),
            hint    = 'See ops.job_runs: it has ended, or was taken for dead by a later run.';
    end if;

    delete from ops.job_runs as r
     where r.job        = ended_job
       and r.started_at < now() - interval '400 days';
    perform pg_advisory_unlock(hashtextextended('ops.jobs.' || ended_job, 0));
end
$function$;
comment on function ops.finish_job(uuid, integer, text, jsonb) is
    'Records how a run ended, forgets runs of over 400 days ago, and lets others run the job.';

-- Take the statistics of partitioned tables as a whole; autovacuum takes those of partitions alone.
--
--     select ops.analyze_partitioned_tables();
--
create function ops.analyze_partitioned_tables()
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    only_it constant text := case
        when current_setting('server_version_num')::integer >= 180000 then 'only' else ''
    end;
    relation regclass;
begin
    for relation in
        select c.oid
          from pg_class as c
         where c.relkind = 'p'
           and c.relnamespace in ('app'::regnamespace, 'ops'::regnamespace)
         order by c.oid
    loop
        execute format('analyze %s %s', only_it, relation);
    end loop;
end
$function$;
comment on function ops.analyze_partitioned_tables() is
    'Takes the statistics of partitioned tables as a whole, which autovacuum does not.';
