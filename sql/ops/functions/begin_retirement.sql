-- Begin to retire a partition: record its part of each chain before detaching. Safe to repeat.
--
--     select state, row_count from ops.begin_retirement('app.project_events_y2023m01', 'archive');
--     -- retiring | 0
--
create function ops.begin_retirement(
    partition text,
    action    text
)
    returns ops.retired_partitions
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    attached ops.partitions;
    begun    ops.retired_partitions;
    counted  bigint;
begin
    select p.* into attached
      from ops.partitions as p
     where p.partition = begin_retirement.partition
       and p.relation in (select policy.relation from ops.partition_policies as policy);
    if not found then
        select r.* into begun
          from ops.retired_partitions as r
         where r.partition = begin_retirement.partition
           and r.state <> 'restored';
        if found then
            return begun;
        end if;
        raise exception using
            errcode = 'ES202',
            message = format('%s is not a partition that can be retired', begin_retirement.partition),
            hint    = 'See ops.partitions for the partitions of tables that have a policy.';
    end if;
    if attached.ends_at > now() then
        raise exception using
            errcode = 'ES203',
            message = format('%s is still in use until %s', attached.partition, attached.ends_at),
            hint    = 'Retire partitions whose time is over.';
    end if;

    perform ops.require_own_relation(attached.partition);
    perform pg_advisory_xact_lock(hashtextextended(attached.relation, 0));
    if attached.relation = 'app.project_events' then
        counted := ops.record_stretches(attached.partition);
    else
        execute format('select count(*) from %s', attached.partition::regclass) into counted;
    end if;
    insert into ops.retired_partitions as r (partition, relation, starts_at, ends_at, action, row_count)
    values (
        attached.partition, attached.relation, attached.starts_at, attached.ends_at,
        begin_retirement.action, counted
    )
        on conflict on constraint retired_partitions_pkey
        do update set
            action         = excluded.action,
            state          = 'retiring',
            row_count      = excluded.row_count,
            file_name      = null,
            file_sha256    = null,
            content_sha256 = null,
            retired_at     = excluded.retired_at,
            changed_at     = excluded.changed_at
        where r.state in ('retiring', 'restored')
    returning r.* into begun;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('a partition named %s was retired before', attached.partition),
            hint    = 'Its record and archive stay: give the table that took its place another name.';
    end if;
    return begun;
end
$function$;
comment on function ops.begin_retirement(text, text) is
    'Records that a partition is being retired and what it holds of each chain; '
    'returns the record.';
