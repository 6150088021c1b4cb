-- Drop the table of a retired partition that is archived, or whose policy is to drop it.
--
--     select ops.drop_retired_partition('app.project_events_y2023m01');
--
create function ops.drop_retired_partition(partition text)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    retired ops.retired_partitions;
begin
    select r.* into retired
      from ops.retired_partitions as r
     where r.partition = drop_retired_partition.partition
       and (r.state in ('archived', 'dropped') or (r.state = 'detached' and r.action = 'drop'))
       for update;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('%s is neither archived nor to be dropped', drop_retired_partition.partition),
            hint    = 'Archive it first, or retire it with the action drop.';
    end if;
    if to_regclass(retired.partition) is not null then
        execute format('drop table %s', retired.partition);
    end if;
    if retired.state = 'detached' then
        update ops.retired_partitions as r
           set state = 'dropped', changed_at = now()
         where r.partition = retired.partition;
    end if;
end
$function$;
comment on function ops.drop_retired_partition(text) is
    'Drops the table of a partition that was archived, or that its policy drops.';
