-- Record the definition of every object as the one that it must keep, or of the one object that is
-- named; return how many were recorded.
--
-- The migration runner calls it after the migrations. Called at another time, it accepts what is
-- there: compare with the migrations first, by `tooling postflight --check schema`.
--
--     select ops.record_definitions() > 500;
--     -- t
--
create function ops.record_definitions(only_object text default null)
    returns bigint
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    recorded bigint;
begin
    delete from ops.recorded_definitions as r
     where record_definitions.only_object is null
        or r.object = record_definitions.only_object;
    insert into ops.recorded_definitions (place, object, definition)
    select d.place, d.object, d.definition
      from ops.definitions() as d
     where record_definitions.only_object is null
        or d.object = record_definitions.only_object;
    get diagnostics recorded = row_count;
    if record_definitions.only_object is not null then
        return recorded;
    end if;

    insert into ops.recorded_definitions (place, object, definition)
    values ('', 'server', current_setting('server_version_num')::integer / 10000);
    -- Partitions that are made later are like the newest one.
    insert into ops.recorded_definitions (place, object, definition)
    select newest.relation || ' *', r.object, r.definition
      from (
               select distinct on (p.relation) p.relation, p.partition
                 from ops.partitions as p
                where p.starts_at is not null
                order by p.relation, p.starts_at desc
           ) as newest
      join ops.recorded_definitions as r on r.place = newest.partition;
    return recorded;
end
$function$;
comment on function ops.record_definitions(text) is
    'Records every object as the migrations left it, for ops.find_definition_faults().';
