-- The bounds of a partition, printed alike in every session: PostgreSQL prints a bound in the
-- session's time zone and date style, and some of these are read back as another time.
--
--     select ops.partition_bounds('app.project_payloads_two_pole_direct_burial');
--     -- FOR VALUES IN ('signage.two_pole.direct_burial')
--
create function ops.partition_bounds(partition regclass)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set datestyle = 'ISO, YMD'
    set timezone = 'UTC'
as $function$
begin
    return (
        select pg_get_expr(c.relpartbound, c.oid)
          from pg_class as c
         where c.oid = partition_bounds.partition
    );
end
$function$;
comment on function ops.partition_bounds(regclass) is
    'Which rows a partition holds, spelled the same in every time zone and date style.';
