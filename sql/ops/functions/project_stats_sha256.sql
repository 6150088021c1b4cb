-- A hash of the rows of app.project_stats, in whatever order they are.
--
--     select octet_length(ops.project_stats_sha256());
--     -- 32
--
create function ops.project_stats_sha256()
    returns bytea
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return (
        select sha256(convert_to(
                   format('%s %s', count(*), sum(hashtextextended(s::text, 0)::numeric)), 'UTF8'
               ))
          from app.project_stats as s
    );
end
$function$;
comment on function ops.project_stats_sha256() is 'A hash of the rows of app.project_stats.';
