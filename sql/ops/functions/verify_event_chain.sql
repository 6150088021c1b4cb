-- Find events that were changed, removed, inserted or reordered since they were recorded.
--
-- Returns no row when all is well. Recomputes the hash of every event from the one before it and
-- compares the end of each chain with its head.
--
--     select * from ops.verify_event_chain();
--     -- (no rows)
--
create function ops.verify_event_chain(
    account_id uuid default null,
    project_id uuid default null
)
    returns table (
        chain_account_id uuid,
        chain_project_id uuid,
        chain_position   bigint,
        event_id         uuid,
        problem          text
    )
    language sql
    stable
    security definer
begin atomic
    with event as (
        select
            e.*,
            lag(e.position, 1, 0::bigint) over chain as previous_position,
            lag(e.sha256, 1, decode(repeat('00', 32), 'hex')) over chain as previous_sha256,
            lead(e.position) over chain is null as is_last
          from app.project_events as e
         where (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
        window chain as (partition by e.account_id, e.project_id order by e.position)
    ),
    checked as (
        select
            event.account_id,
            event.project_id,
            event.position,
            event.event_id,
            case
                when event.position = event.previous_position then 'inserted: the place is taken twice'
                when event.position > event.previous_position + 1
                    then format('removed: %s before this one', event.position - event.previous_position - 1)
                when event.sha256 <> app.event_sha256(
                    event.previous_sha256, event.account_id, event.project_id, event.position,
                    event.event_id, event.event_type, event.occurred_at,
                    case
                        when event.erased_at is null then app.event_content_sha256(event.actor, event.data)
                        when event.data ->> 'erased_sha256' ~ '^[0-9a-f]{64}$'
                            then decode(event.data ->> 'erased_sha256', 'hex')
                        else ''::bytea
                    end
                ) then 'changed: the hash does not match the event'
                when event.erased_at is not null and not exists (
                    select
                      from app.project_events as erasure
                     where erasure.account_id = event.account_id
                       and erasure.project_id = event.project_id
                       and erasure.event_type = 'user.data_deleted'
                       and erasure.erased_at is null
                       and erasure.data -> 'erased_positions' @> to_jsonb(event.position)
                ) then 'erased: no recorded erasure names this event'
            end as problem
          from event
        union all
        select
            chain.account_id,
            chain.project_id,
            chain.position,
            null,
            case
                when last_event.account_id is null and chain.position > 0
                    then format('removed: all %s events', chain.position)
                when last_event.position < chain.position
                    then format('removed: the last %s', chain.position - last_event.position)
                when last_event.position > chain.position then 'inserted: events after the head'
                when last_event.sha256 <> chain.sha256 then 'changed: the head is not the last event'
            end
          from app.event_chains as chain
          left join event as last_event
            on last_event.account_id = chain.account_id
           and last_event.project_id = chain.project_id
           and last_event.is_last
         where (verify_event_chain.account_id is null or chain.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or chain.project_id = verify_event_chain.project_id)
        union all
        select
            event.account_id,
            event.project_id,
            event.position,
            event.event_id,
            'inserted: the project has no chain'
          from event
         where not exists (
                   select
                     from app.event_chains as chain
                    where chain.account_id = event.account_id
                      and chain.project_id = event.project_id
               )
    )
    select
        checked.account_id,
        checked.project_id,
        checked.position,
        checked.event_id,
        checked.problem
      from checked
     where checked.problem is not null
     order by checked.account_id, checked.project_id, checked.position;
end;
comment on function ops.verify_event_chain(uuid, uuid) is
    'Every event that breaks its project''s hash chain, and how; no row when all is well.';
