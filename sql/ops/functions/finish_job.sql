-- End a run that this session began: record its outcome, and allow other sessions to run the job.
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
