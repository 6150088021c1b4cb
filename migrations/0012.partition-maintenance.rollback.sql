create or replace function ops.verify_event_chain(
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
    with recorded as (
        select
            e.account_id,
            e.project_id,
            e.position,
            e.sha256,
            e.event_id,
            e.erased_at is not null as is_erased,
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
            || convert_to(e.event_type::text, 'UTF8') as content
          from app.project_events as e
         where (verify_event_chain.account_id is null or e.account_id = verify_event_chain.account_id)
           and (verify_event_chain.project_id is null or e.project_id = verify_event_chain.project_id)
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
                when linked.position = linked.previous_position
                    then 'inserted: the place is taken twice'
                when linked.position > linked.previous_position + 1
                    then format('removed: %s before this one', linked.position - linked.previous_position - 1)
                when linked.sha256 is distinct from sha256(linked.previous_sha256 || linked.content)
                    then 'changed: the hash does not match the event'
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
     order by 1, 2, 3;
end
$function$;

create or replace function ops.create_month_partition(
    relation text,
    month    date
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent    constant regclass := create_month_partition.relation::regclass;
    starts    constant timestamptz := date_trunc('month', create_month_partition.month::timestamp) at time zone 'UTC';
    ends      constant timestamptz := (date_trunc('month', create_month_partition.month::timestamp) + interval '1 month') at time zone 'UTC';
    namespace text;
    name      text;
    trigger   record;
    unsampled record;
begin
    if not exists (
        select from ops.partition_policies as p where p.relation = create_month_partition.relation
    ) then
        raise exception using
            errcode = 'ES201',
            message = format('%s has no partition policy', create_month_partition.relation),
            hint    = 'Add its policy to ops.partition_policies first.';
    end if;

    select n.nspname, format('%s_y%sm%s', c.relname, to_char(create_month_partition.month, 'YYYY'), to_char(create_month_partition.month, 'MM'))
      into namespace, name
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
     where c.oid = parent;

    perform pg_advisory_xact_lock(hashtextextended(create_month_partition.relation, 0));
    if exists (
        select
          from ops.partitions as p
         where p.relation = create_month_partition.relation
           and p.starts_at <= starts
           and p.ends_at >= ends
    ) then
        return null;
    end if;

    execute format('create table %I.%I (like %s including all excluding comments)', namespace, name, parent);
    for trigger in
        select t.tgname, t.tgfoid
          from pg_trigger as t
         where t.tgrelid = parent
           and not t.tgisinternal
           and t.tgtype & 32 = 32
    loop
        execute format(
            'create trigger %I before truncate on %I.%I for each statement execute function %s()',
            trigger.tgname, namespace, name, trigger.tgfoid::regproc
        );
    end loop;
    for unsampled in
        select a.attname
          from pg_attribute as a
         where a.attrelid = parent
           and a.attnum > 0
           and not a.attisdropped
           and a.attstattarget = 0
    loop
        execute format(
            'alter table %I.%I alter column %I set statistics 0', namespace, name, unsampled.attname
        );
    end loop;
    if (select c.relrowsecurity from pg_class as c where c.oid = parent) then
        execute format('alter table %I.%I enable row level security', namespace, name);
    end if;
    execute format(
        'alter table %s attach partition %I.%I for values from (%L) to (%L)',
        parent, namespace, name, to_char(starts at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), to_char(ends at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
    );
    execute format(
        'comment on table %I.%I is %L',
        namespace, name, format('Partition of %s: %s.', parent, to_char(create_month_partition.month, 'YYYY-MM'))
    );
    return format('%I.%I', namespace, name);
end
$function$;

drop function ops.repair_partitions(uuid);
drop function ops.partitions_due();
drop function ops.attach_retired_partition(text);
drop function ops.drop_retired_partition(text);
drop function ops.record_archive(text, text, text, text, bigint);
drop function ops.finish_detachment(text);
drop function ops.detach_statement(text);
drop function ops.begin_retirement(text, text);
drop function ops.record_stretches(text);
drop function ops.create_partition_table(text, text);
drop table ops.missed_months;
drop table ops.retired_partitions;
drop table app.retired_events;
delete from ops.table_placements
 where relation in ('ops.missed_months', 'ops.retired_partitions', 'app.retired_events');
