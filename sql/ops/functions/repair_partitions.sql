-- For a program whose write was refused because the partition of the current time is missing:
-- create and count the partition, if no other call has, and return whether the write can be tried
-- again.
--
--     select ops.repair_partitions(account_id => '0194f3c0-0000-7000-8000-000000000001');
--     -- t
--
create function ops.repair_partitions(account_id uuid)
    returns boolean
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(repair_partitions.account_id);
    if ops.held_times('app.project_events') @> now() then
        return true;
    end if;
    perform ops.create_time_partitions(p.relation, (now() at time zone 'UTC')::date)
       from ops.partition_policies as p
      where p.relation = 'app.project_events';
    insert into ops.missed_months as m (relation, starts_at, misses)
    select p.relation, period.starts_at, 1
      from ops.partition_policies as p
     cross join lateral ops.periods_between(
               p.period, (now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date
           ) as period
     where p.relation = 'app.project_events'
        on conflict on constraint missed_months_pkey
        do update set misses = m.misses + 1, last_at = excluded.last_at;
    return ops.held_times('app.project_events') @> now();
end
$function$;
comment on function ops.repair_partitions(uuid) is
    'Makes the partition of this moment if it is missing, counts that, '
    'and tells whether a refused write can be tried again.';
