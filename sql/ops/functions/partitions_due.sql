-- Partitions that their policy retires now, oldest first, and the action for each.
--
-- An unfinished retirement is due; a restored partition is kept until it is retired by name.
--
--     select * from ops.partitions_due();
--     -- (no rows)
--
create function ops.partitions_due()
    returns table (
        partition text,
        action    text
    )
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select due.partition, due.action
      from (
          select p.partition, policy.on_retirement, p.ends_at
            from ops.partitions as p
            join ops.partition_policies as policy on policy.relation = p.relation
           where p.ends_at <= (
                     date_trunc('month', now() at time zone 'UTC')
                     - make_interval(months => policy.months_retained)
                 ) at time zone 'UTC'
             and not exists (
                     select
                       from ops.retired_partitions as r
                      where r.partition = p.partition
                  )
          union all
          select r.partition, r.action, r.ends_at
            from ops.retired_partitions as r
           where r.state = 'retiring'
              or (r.state = 'detached' and r.action <> 'detach')
              or (r.state = 'archived' and to_regclass(r.partition) is not null)
      ) as due (partition, action, ends_at)
     order by due.ends_at;
end;
comment on function ops.partitions_due() is
    'Partitions that their policy retires now, oldest first, and what was begun and not finished.';
