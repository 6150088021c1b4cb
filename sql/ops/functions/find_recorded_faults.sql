-- Rows of the catalogs that are not as they were published or imported, and statistics of projects
-- that are not as they were refreshed.
--
--     select * from ops.find_recorded_faults();
--     -- (no rows)
--
create function ops.find_recorded_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select
        'catalog-rows',
        coalesce(r.relation, h.relation),
        count(*),
        format(
            'such as %s, which %s', min(coalesce(r.key, h.key)),
            case when r.key is null then 'was not published or imported'
                 when h.key is null then 'is missing'
                 else 'was changed' end
        )
      from (select * from ops.recorded_rows as w where w.key <> '') as r
      full join ops.catalog_row_hashes() as h on h.relation = r.relation and h.key = r.key
     where r.sha256 is distinct from h.sha256
     group by coalesce(r.relation, h.relation), r.key is null, h.key is null;

    if not (select c.relispopulated from pg_class as c where c.oid = 'app.project_stats'::regclass) then
        return query select 'project-stats', 'app.project_stats', 1::bigint, 'has no rows until it is refreshed';
        return;
    end if;
    -- Loading a dump refreshes the view, too: then its rows are those that are due now.
    return query
    with due as materialized (
        select
            t.account_id,
            t.status,
            sum(t.project_count)::bigint as project_count,
            extract(epoch from sum(t.duration)) / 3600 / sum(t.project_count) as avg_duration_hours
          from app.project_totals as t
         where t.status <> 'draft'
         group by t.account_id, t.status
        having sum(t.project_count) <> 0
    ),

    shown as materialized (
        select s.account_id, s.status, s.project_count, s.avg_duration_hours
          from app.project_stats as s
    )

    select 'project-stats', 'app.project_stats', 1::bigint, 'its rows are not those of its last refresh'
     where not exists (
               select
                 from ops.recorded_rows as w
                where w.relation = 'app.project_stats'
                  and w.sha256 = ops.project_stats_sha256()
           )
       and (
           exists (select * from due except select * from shown)
           or exists (select * from shown except select * from due)
       );
end
$function$;
comment on function ops.find_recorded_faults() is
    'Rows of the catalogs and of app.project_stats that are not as they were recorded.';
