-- Refresh app.project_stats without blocking its readers, and record what it holds.
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
    insert into ops.recorded_rows (relation, key, sha256)
    values ('app.project_stats', '', ops.project_stats_sha256())
        on conflict on constraint recorded_rows_pkey
        do update set sha256 = excluded.sha256;
end
$function$;
comment on function ops.refresh_project_stats() is
    'Refreshes app.project_stats without blocking its readers.';
