-- Begin the only run of a job: others are refused until finish_job or the end of this session.
-- A slot, the scheduled time of a run, runs once.
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
