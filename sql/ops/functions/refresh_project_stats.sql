-- Refresh app.project_stats without blocking its readers.
--
--     select ops.refresh_project_stats();
--
create function ops.refresh_project_stats()
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    refresh materialized view concurrently app.project_stats;
end
$function$;
comment on function ops.refresh_project_stats() is
    'Refreshes app.project_stats without blocking its readers.';
