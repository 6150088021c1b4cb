-- Find events that were changed, removed, inserted or reordered since they were recorded.
--
-- Returns no row if there are none. Recomputes the hash of every event from the one before it, as
-- app.event_sha256 does, and compares the end of each chain with its head. Where partitions were
-- retired, the chain continues from the rows of app.retired_events, if the retirement is recorded.
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
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    with attached as materialized (
        select format('%I.%I', n.nspname, c.relname) as partition
          from pg_inherits as h
          join pg_class as c on c.oid = h.inhrelid
          join pg_namespace as n on n.oid = c.relnamespace
         where h.inhparent = 'app.project_events'::regclass
           and not h.inhdetachpending
    ),
    retired as (
        select s.*, r.partition is not null as is_recorded
          from app.retired_events as s
          left join ops.retired_partitions as r on r.partition = s.partition
         where (verify_event_chain.account_id is null or s.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or s.project_id = verify_event_chain.project_id)
           and not exists (select from attached as a where a.partition = s.partition)
    ),
    recorded as (
        select
            e.account_id,
            e.project_id,
            e.position as first_position,
            e.position,
            e.sha256,
            e.event_id,
            e.erased_at is not null as is_erased,
            e.actor = '(erased)' and e.data - 'erased_sha256' = '{}' as is_empty,
            uuid_send(e.account_id)
            || uuid_send(e.project_id)
            || int8send(e.position)
            || uuid_send(e.event_id)
            || timestamptz_send(e.occurred_at)
            || case
                   when e.erased_at is null
                   then sha256(
                       int4send(octet_length(e.actor)) || convert_to(e.actor || e.data::text, 'UTF8')
                   )
                   when e.data ->> 'erased_sha256' ~ '^[0-9a-f]{64}$'
                   then decode(e.data ->> 'erased_sha256', 'hex')
               end
            || convert_to(e.event_type::text, 'UTF8') as content,
            null::boolean as is_recorded
          from app.project_events as e
         where (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
        union all
        select
            retired.account_id,
            retired.project_id,
            retired.first_position,
            retired.last_position,
            retired.last_sha256,
            null,
            false,
            false,
            null,
            retired.is_recorded
          from retired
    ),
    linked as (
        select
            r.*,
            lag(r.position, 1, 0::bigint) over chain as previous_position,
            lag(r.sha256, 1, decode(repeat('00', 32), 'hex')) over chain as previous_sha256,
            lead(r.position) over chain is null as is_last
          from recorded as r
        window chain as (partition by r.account_id, r.project_id order by r.position, r.event_id)
    ),
    erasure as (
        select distinct e.account_id, e.project_id, named.place::bigint as place
          from app.project_events as e
         cross join lateral jsonb_path_query(
                   e.data,
                   '$.erased_positions[*] ? (@.type() == "number" && @ > 0 && @ < 9223372036854775807)'
               ) as named (place)
         where e.event_type = 'user.data_deleted'
           and e.erased_at is null
           and (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
        union
        select retired.account_id, retired.project_id, named.place
          from retired
         cross join lateral unnest(retired.erased_positions) as named (place)
    ),
    head as (
        select c.account_id, c.project_id, c.position, c.sha256
          from app.event_chains as c
         where (verify_event_chain.account_id is null or c.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or c.project_id = verify_event_chain.project_id)
    ),
    checked as (
        select
            coalesce(linked.account_id, head.account_id) as account_id,
            coalesce(linked.project_id, head.project_id) as project_id,
            linked.position,
            head.position as head_position,
            linked.event_id,
            case
                when linked.account_id is null then null
                when linked.position is null or linked.sha256 is null
                    then 'inserted: it has no place in the chain'
                when linked.first_position <= linked.previous_position
                    then 'inserted: the place is taken twice'
                when linked.first_position > linked.previous_position + 1
                    then format('removed: %s before this one', linked.first_position - linked.previous_position - 1)
                when not linked.is_recorded
                    then 'retired: no recorded retirement holds these events'
                when linked.is_recorded then null
                when linked.sha256 is distinct from sha256(linked.previous_sha256 || linked.content)
                    then 'changed: the hash does not match the event'
                when linked.is_erased and not linked.is_empty
                    then 'changed: the tombstone holds more than the hash of its event'
                when linked.is_erased and erasure.place is null
                    then 'erased: no recorded erasure names this event'
            end as of_event,
            case
                when linked.account_id is not null and head.account_id is null
                    then 'inserted: the project has no chain'
            end as of_chain,
            case
                when linked.account_id is null and head.position > 0
                    then format('removed: all %s events', head.position)
                when not linked.is_last or head.account_id is null then null
                when linked.position < head.position
                    then format('removed: the last %s', head.position - linked.position)
                when linked.position > head.position then 'inserted: events after the head'
                when linked.sha256 <> head.sha256 then 'changed: the head is not the last event'
            end as of_head
          from linked
          full join head
            on head.account_id = linked.account_id
           and head.project_id = linked.project_id
          left join erasure
            on linked.is_erased
           and erasure.account_id = linked.account_id
           and erasure.project_id = linked.project_id
           and erasure.place = linked.position
    )
    select checked.account_id, checked.project_id, found.position, found.event_id, found.problem
      from checked
     cross join lateral (
           values
               (checked.position, checked.event_id, checked.of_event),
               (checked.position, checked.event_id, checked.of_chain),
               (checked.head_position, null, checked.of_head)
           ) as found (position, event_id, problem)
     where coalesce(checked.of_event, checked.of_chain, checked.of_head) is not null
       and found.problem is not null
    union all
    select null, null, null, null, format(
               'retired: %s left with %s events, of which %s are on record',
               r.partition, r.row_count, coalesce(sum(s.last_position - s.first_position + 1), 0)
           )
      from ops.retired_partitions as r
      left join app.retired_events as s on s.partition = r.partition
     where r.relation = 'app.project_events'
       and verify_event_chain.account_id is null
       and verify_event_chain.project_id is null
       and not exists (select from attached as a where a.partition = r.partition)
     group by r.partition
    having r.row_count <> coalesce(sum(s.last_position - s.first_position + 1), 0)
     order by 1, 2, 3;
end
$function$;
comment on function ops.verify_event_chain(uuid, uuid) is
    'Every event that breaks its project''s hash chain, and how; no row when all is well.';
