-- Attach a retired partition again, if it holds the rows that were recorded when it was retired.
--
-- The table must exist: detached, or loaded from its archive after ops.create_partition_table().
-- Attaching blocks no reader and no writer.
--
--     select state from ops.attach_retired_partition('app.project_events_y2023m01');
--     -- restored
--
create function ops.attach_retired_partition(partition text)
    returns ops.retired_partitions
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    retired ops.retired_partitions;
    before  text;
    after   text;
    trigger record;
begin
    select r.* into retired
      from ops.retired_partitions as r
     where r.partition = attach_retired_partition.partition
       and r.state in ('detached', 'archived')
       for update;
    if not found or to_regclass(attach_retired_partition.partition) is null then
        raise exception using
            errcode = 'ES204',
            message = format('%s is not a retired partition with its rows at hand', attach_retired_partition.partition),
            hint    = 'See ops.retired_partitions; an archived one is read back first.';
    end if;

    perform ops.require_own_relation(retired.relation);
    perform ops.require_own_relation(retired.partition);
    if retired.relation = 'app.project_events' then
        select md5(string_agg(s::text, '' order by s.account_id, s.project_id, s.first_position)) into before
          from app.retired_events as s
         where s.partition = retired.partition;
        perform ops.record_stretches(retired.partition);
        select md5(string_agg(s::text, '' order by s.account_id, s.project_id, s.first_position)) into after
          from app.retired_events as s
         where s.partition = retired.partition;
        if before is distinct from after then
            raise exception using
                errcode = 'ES205',
                message = format('%s does not hold the events that were retired with it', retired.partition),
                hint    = 'Restore from a copy of the archive that is not damaged.';
        end if;
        delete from app.retired_events as s where s.partition = retired.partition;
    end if;

    perform pg_advisory_xact_lock(hashtextextended(retired.relation, 0));
    for trigger in
        select t.tgname
          from pg_trigger as t
         where t.tgrelid = retired.partition::regclass
           and not t.tgisinternal
           and t.tgtype & 1 = 1
    loop
        execute format('drop trigger %I on %s', trigger.tgname, retired.partition);
    end loop;
    execute format(
        'alter table %s attach partition %s for values from (%s) to (%L)',
        retired.relation, retired.partition,
        case
            when retired.starts_at = '-infinity' then 'minvalue'
            else quote_literal(to_char(retired.starts_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'))
        end,
        to_char(retired.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
    );
    execute format(
        'comment on table %s is %L',
        retired.partition, format('Partition of %s: restored.', retired.relation)
    );
    update ops.retired_partitions as r
       set state = 'restored', changed_at = now()
     where r.partition = retired.partition
    returning r.* into retired;
    return retired;
end
$function$;
comment on function ops.attach_retired_partition(text) is
    'Attaches a retired partition again if it holds exactly what was recorded when it left.';
