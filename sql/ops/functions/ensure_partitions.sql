-- Create every missing partition that the policies require, and return their names.
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
    this_month constant date := date_trunc('month', now() at time zone 'UTC')::date;
    first_day  constant date :=
        date_trunc('month', least(ensure_partitions.from_month, this_month)::timestamp)::date;
begin
    if ensure_partitions.from_month < '0001-01-01' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('partitions cannot start in %s', ensure_partitions.from_month),
            hint    = 'Give the first month that rows are to be written for.';
    end if;

    perform from ops.partition_policies for share;
    return query
    select made.name
      from ops.partition_policies as p
     cross join lateral ops.periods_between(
               p.period,
               first_day,
               (this_month + make_interval(months => p.months_ahead + 1))::date - 1
           ) as period
     cross join lateral ops.create_time_partitions(
               p.relation,
               greatest((period.starts_at at time zone 'UTC')::date, first_day)
           ) as made (name)
     order by made.name;
end
$function$;
comment on function ops.ensure_partitions(date) is
    'Makes the missing partitions up to each policy''s months ahead, and names them.';
