-- Make every partition that the policies ask for and that is missing, and return their names.
--
--     select * from ops.ensure_partitions();
--     select * from ops.ensure_partitions(from_month => '2024-01-01');
--     -- app.project_events_y2024m01
--     -- …
--
create function ops.ensure_partitions(from_month date default null)
    returns setof text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    today constant date := (now() at time zone 'UTC')::date;
begin
    return query
    select made.name
      from ops.partition_policies as p
     cross join lateral generate_series(
               date_trunc('month', least(ensure_partitions.from_month, today)::timestamp),
               date_trunc('month', today::timestamp) + make_interval(months => p.months_ahead),
               interval '1 month'
           ) as month (starts)
     cross join lateral ops.create_month_partition(p.relation, month.starts::date) as made (name)
     where made.name is not null
     order by made.name;
end
$function$;
comment on function ops.ensure_partitions(date) is
    'Makes the missing partitions up to each policy''s months ahead, and names them.';
