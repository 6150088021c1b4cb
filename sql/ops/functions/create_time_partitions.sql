-- Create the partition of the period that contains a day, with the length of the table's policy,
-- and return its name; no row if partitions cover the whole period.
--
-- If partitions of another length cover a part of it, each remaining part from the day on gets a
-- partition named for its first day. Time that was retired gets no new partition: the retired one
-- could not be attached again. A new table is created separately and then attached, which blocks no
-- reader and no writer.
--
--     select ops.create_time_partitions('app.project_events', '2031-01-15');
--     -- app.project_events_y2031m01
--
create function ops.create_time_partitions(
    relation text,
    day      date
)
    returns setof text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent     regclass;
    length     text;
    whole      record;
    gap        tstzrange;
    first_day  date;
    last_day   date;
    namespace  text;
    table_name text;
    name       text;
    label      text;
begin
    select p.period into length
      from ops.partition_policies as p
     where p.relation = create_time_partitions.relation
       for share;
    if not found then
        raise exception using
            errcode = 'ES201',
            message = format('%s has no partition policy', create_time_partitions.relation),
            hint    = 'Add its policy to ops.partition_policies first.';
    end if;
    parent := ops.require_own_relation(create_time_partitions.relation);
    if create_time_partitions.day not between '0001-01-01' and '9999-12-31' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('no partition can hold %s', create_time_partitions.day),
            hint    = 'Give a day of the years 1 to 9999.';
    end if;
    select n.nspname, c.relname into namespace, table_name
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
     where c.oid = parent;

    perform pg_advisory_xact_lock(hashtextextended(create_time_partitions.relation, 0));
    select * into whole
      from ops.periods_between(length, create_time_partitions.day, create_time_partitions.day);
    for gap in
        select part.gap
          from (
              select coalesce(range_agg(tstzrange(r.starts_at, r.ends_at)), '{}') as times
                from ops.retired_partitions as r
               where r.relation = create_time_partitions.relation
                 and r.state <> 'restored'
          ) as retired
         cross join lateral unnest(
                   tstzmultirange(tstzrange(whole.starts_at, whole.ends_at))
                   - ops.held_times(create_time_partitions.relation)
                   - retired.times
               ) as part (gap)
         where upper(part.gap) > create_time_partitions.day::timestamp at time zone 'UTC'
    loop
        first_day := (lower(gap) at time zone 'UTC')::date;
        last_day  := ((upper(gap) - interval '1 microsecond') at time zone 'UTC')::date;
        if gap = tstzrange(whole.starts_at, whole.ends_at) then
            name  := format('%I.%I', namespace, table_name || '_' || whole.suffix);
            label := whole.label;
        else
            name  := format(
                '%I.%I', namespace, table_name || to_char(first_day, '"_y"YYYY"m"MM"d"DD')
            );
            label := format('%s to %s', first_day, last_day);
        end if;
        perform ops.create_partition_table(create_time_partitions.relation, name);
        execute format(
            'alter table %s attach partition %s for values from (%L) to (%L)',
            parent, name,
            to_char(lower(gap) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'),
            to_char(upper(gap) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
        );
        execute format(
            'comment on table %s is %L', name, format('Partition of %s: %s.', parent, label)
        );
        return next name;
    end loop;
end
$function$;
comment on function ops.create_time_partitions(text, date) is
    'Makes and attaches the partition of the period that holds a day; none where there is one.';
