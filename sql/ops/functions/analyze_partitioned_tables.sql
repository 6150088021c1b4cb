-- Analyze partitioned tables as a whole; autovacuum analyzes only their partitions.
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
