-- Record that a partition was detached, and keep its events immutable.
--
--     select state from ops.finish_detachment('app.project_events_y2023m01');
--     -- detached
--
create function ops.finish_detachment(partition text)
    returns ops.retired_partitions
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    detached ops.retired_partitions;
    counted  bigint;
begin
    select r.* into detached
      from ops.retired_partitions as r
     where r.partition = finish_detachment.partition
       for update;
    if not found
        or exists (select from pg_inherits as h where h.inhrelid = to_regclass(finish_detachment.partition)) then
        raise exception using
            errcode = 'ES204',
            message = format('%s is not detached, or its retirement has not begun', finish_detachment.partition),
            hint    = 'Call ops.begin_retirement(), then run what ops.detach_statement() says.';
    end if;
    if detached.state <> 'retiring' then
        return detached;
    end if;

    execute format(
        'select count(*) from %s', ops.require_own_relation(detached.partition)
    ) into counted;
    if detached.relation = 'app.project_events' then
        if counted <> detached.row_count then
            counted := ops.record_stretches(detached.partition);
        end if;
        execute format(
            'create or replace trigger project_events_immutable before update or delete on %s '
            'for each row execute function app.refuse_event_change()',
            detached.partition::regclass
        );
    end if;
    execute format(
        'comment on table %s is %L',
        detached.partition::regclass, format('Retired from %s.', detached.relation)
    );
    update ops.retired_partitions as r
       set state = 'detached', row_count = counted, changed_at = now()
     where r.partition = detached.partition
    returning r.* into detached;
    return detached;
end
$function$;
comment on function ops.finish_detachment(text) is
    'Notes that a retiring partition has been detached, and keeps its rows immutable.';
