-- Record what the rest of each chain needs of a retired partition of events, and return its rows.
--
-- A contiguous part of a project's chain becomes one row of app.retired_events.
--
create function ops.record_stretches(partition text)
    returns bigint
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    recorded bigint;
begin
    delete from app.retired_events as r where r.partition = record_stretches.partition;
    execute format(
        $command$
        with event as (
            select e.*, e.position - row_number() over (partition by e.account_id, e.project_id order by e.position) as stretch
              from %1$s as e
        ),
        kept as (
            insert into app.retired_events (
                account_id, project_id, first_position, last_position, last_sha256, erased_positions, partition
            )
            select
                e.account_id,
                e.project_id,
                min(e.position),
                max(e.position),
                (array_agg(e.sha256 order by e.position desc))[1],
                coalesce(
                    array_agg(distinct erased.place::bigint) filter (where erased.place is not null),
                    '{}'
                ),
                %2$L
              from event as e
              left join lateral jsonb_path_query(
                       case when e.event_type = 'user.data_deleted' and e.erased_at is null then e.data end,
                       '$.erased_positions[*] ? (@.type() == "number" && @ > 0 && @ < 9223372036854775807)'
                   ) as erased (place) on true
             group by e.account_id, e.project_id, e.stretch
            returning last_position - first_position + 1 as events
        )
        select coalesce(sum(kept.events), 0) from kept
        $command$,
        record_stretches.partition::regclass, record_stretches.partition
    ) into recorded;
    return recorded;
end
$function$;
comment on function ops.record_stretches(text) is
    'Records in app.retired_events what a partition holds of each chain, '
    'and returns its number of events.';
