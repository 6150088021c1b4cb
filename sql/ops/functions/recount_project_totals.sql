-- Correct the totals of projects after rows were loaded with triggers disabled, and return how many
-- totals of an account and status were corrected.
--
--     select ops.recount_project_totals();
--     -- 0
--
-- Safe with concurrent writers: they add what they change after its snapshot themselves.
--
create function ops.recount_project_totals()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    corrected bigint;
begin
    -- Two at once would both add it.
    perform pg_advisory_xact_lock(hashtextextended('ops.recount_project_totals', 0));
    insert into app.project_totals (
        account_id, status, project_count, confidence_count, confidence_sum, duration
    )
    select
        v.account_id, v.status, v.project_count, v.confidence_count, v.confidence_sum, v.duration
      from ops.verify_project_totals() as v;
    get diagnostics corrected = row_count;
    return corrected;
end
$function$;
comment on function ops.recount_project_totals() is
    'Adds to app.project_totals what it lacks of app.projects, and returns how many rows it took.';
