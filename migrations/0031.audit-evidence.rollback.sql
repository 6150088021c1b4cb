create or replace trigger projects_change
    before update on app.projects
    for each row
    execute function app.change_project();

-- Give a changed project its new etag, after checking the etag that the change names.
--
-- A change that does not mention the etag is taken to know the current one.
--
create or replace function app.change_project()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if new.etag is distinct from old.etag then
        raise exception using
            errcode = 'ES002',
            message = format('project %s has changed since it was read', old.project_id),
            detail  = format('The etag given is %s, the current one is %s.', new.etag, old.etag),
            hint    = 'Read the project again and repeat the change on what it holds now.',
            schema  = 'app',
            table   = 'projects';
    end if;
    if (new.account_id, new.project_id, new.created_by, new.created_at)
        is distinct from (old.account_id, old.project_id, old.created_by, old.created_at) then
        raise exception using
            errcode = 'ES006',
            message = format('the identity and origin of project %s cannot change', old.project_id),
            hint    = 'Leave account_id, project_id, created_by and created_at as they are.',
            schema  = 'app',
            table   = 'projects';
    end if;

    new.etag       := gen_random_uuid();
    new.updated_at := greatest(now(), old.updated_at);
    return new;
end
$function$;
comment on function app.change_project() is
    'Trigger: refuses a stale etag (ES002) or a changed identity (ES006), '
    'then renews etag and updated_at.';

-- Append an event to its project's hash chain.
--
-- Runs as the owner, so that no other role needs a right on the chain heads. Updating the head
-- orders the writers of one project; writers of different projects do not meet. The hash is that of
-- app.event_sha256 and app.event_content_sha256, whose calls would cost more than what they do.
--
create or replace function app.chain_event()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    project constant bytea := uuid_send(new.account_id) || uuid_send(new.project_id);
    content constant bytea := uuid_send(new.event_id)
        || timestamptz_send(new.occurred_at)
        || sha256(
            int4send(octet_length(new.actor)) || convert_to(new.actor || new.data::text, 'UTF8')
        )
        || convert_to(new.event_type::text, 'UTF8');
    is_first boolean := new.event_type = 'project.created';
begin
    new.erased_at := null;
    loop
        if not is_first then
            update app.event_chains as c
               set position = c.position + 1,
                   sha256   = sha256(c.sha256 || project || int8send(c.position + 1) || content)
             where c.account_id = new.account_id
               and c.project_id = new.project_id
            returning c.position, c.sha256 into new.position, new.sha256;
            if found then
                return new;
            end if;
        end if;

        if not exists (
            select
              from app.projects as p
             where p.account_id = new.account_id
               and p.project_id = new.project_id
        ) then
            raise exception using
                errcode    = 'foreign_key_violation',
                message    = format('there is no project %s to record an event of', new.project_id),
                hint       = 'Create the project first, in the account that the event names.',
                schema     = 'app',
                table      = 'project_events';
        end if;
        insert into app.event_chains as c (account_id, project_id, position, sha256)
        values (
            new.account_id, new.project_id, 1,
            sha256(decode(repeat('00', 32), 'hex') || project || int8send(1) || content)
        )
            on conflict on constraint event_chains_pkey do nothing
        returning c.position, c.sha256 into new.position, new.sha256;
        if found then
            return new;
        end if;
        is_first := false;
    end loop;
end
$function$;
comment on function app.chain_event() is
    'Trigger: gives a new event its position and hash in the chain of its project.';

-- Record every change of a project in the audit log, whoever makes it, and what it changes in the
-- totals of its account.
--
-- An update records the names of the changed columns, not their values, so that erasing a
-- customer's data does not have to search the log for it. Runs as the owner, who alone may record
-- what the database records of itself.
--
create or replace function app.audit_project()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    moved   record;
    changed text[];
begin
    if tg_op = 'INSERT' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.created', new.created_by,
                jsonb_build_object('status', new.status));
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
        return null;
    end if;
    if tg_op = 'DELETE' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (old.account_id, old.project_id, 'user.data_deleted', app.current_actor(),
                jsonb_build_object('deleted', 'project'));
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        );
        return null;
    end if;

    insert into app.project_totals (
        account_id, status, project_count, confidence_count, confidence_sum, duration
    )
    values
        (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        ),
        (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
    if new.status is distinct from old.status then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id,
                case
                    when new.status in ('submitted', 'accepted', 'rejected')
                    then ('project.' || new.status)::app.project_event_type
                    else 'project.status_changed'
                end,
                new.updated_by,
                jsonb_build_object('from', old.status, 'to', new.status));
    end if;

    -- Most updates only move a project: taking both rows apart would cost more than the update.
    moved            := old;
    moved.status     := new.status;
    moved.etag       := new.etag;
    moved.updated_at := new.updated_at;
    moved.updated_by := new.updated_by;
    if moved is not distinct from new then
        return null;
    end if;
    select array_agg(field.key order by field.key)
      into changed
      from jsonb_each(to_jsonb(new)) as field
     where field.value is distinct from to_jsonb(old) -> field.key
       and field.key not in ('status', 'etag', 'updated_at', 'updated_by');
    if changed is not null then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                jsonb_build_object('columns', changed));
    end if;
    return null;
end
$function$;
comment on function app.audit_project() is
    'Trigger: appends the event that records a project''s creation, change or deletion, '
    'and adds what it changes to the totals.';

-- Record every saved design in the audit log.
--
-- Runs as the owner, who alone may record what the database records of itself.
--
create or replace function app.audit_payload()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (new.account_id, new.project_id, 'payload.saved', app.current_actor(),
            jsonb_build_object(
                'payload_id', new.payload_id,
                'module', new.module,
                'sha256', new.sha256
            ));
    return null;
end
$function$;
comment on function app.audit_payload() is
    'Trigger: appends the event that records a saved payload.';

-- Erase who did what from a project's events, on request, leaving tombstones; returns how many.
--
-- Type, time and place in the chain stay, and the hash of what was erased, so that the chain still
-- verifies. The erasure itself is recorded with the places it emptied: a tombstone that no such
-- event names is a forgery, and ops.verify_event_chain reports it.
--
--     select app.erase_events(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                actor      => 'privacy@example.com',
--                reason     => 'request 2026-114'
--            );
--     -- 2
--
create or replace function app.erase_events(
    account_id uuid,
    project_id uuid,
    actor      text,
    reason     text
)
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    erased bigint[];
begin
    perform
       from app.event_chains as c
      where c.account_id = erase_events.account_id
        and c.project_id = erase_events.project_id
        for update;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('project %s has no events in this account', erase_events.project_id),
            hint    = 'Check the account and the project.';
    end if;

    -- A statement, since the nodes of a distributed database hear of no call of set_config().
    set local app.erasing = 'events';
    with tombstone as (
        update app.project_events as e
           set actor     = '(erased)',
               -- jsonb_build_object() is not immutable, and so no function of a column that every
               -- node of a distributed database may compute.
               data      = (
                   '{"erased_sha256": "'
                   || encode(app.event_content_sha256(e.actor, e.data), 'hex')
                   || '"}'
               )::jsonb,
               erased_at = now()
         where e.account_id = erase_events.account_id
           and e.project_id = erase_events.project_id
           and e.erased_at is null
           and not (e.event_type = 'user.data_deleted' and e.data ? 'erased_positions')
        returning e.position
    )
    select coalesce(array_agg(t.position order by t.position), '{}') into erased from tombstone as t;
    set local app.erasing = '';

    if erased <> '{}' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (erase_events.account_id, erase_events.project_id, 'user.data_deleted',
                erase_events.actor,
                jsonb_build_object('reason', erase_events.reason, 'erased_positions', erased));
    end if;
    return cardinality(erased);
end
$function$;
comment on function app.erase_events(uuid, uuid, text, text) is
    'Erases actor and data of a project''s events, leaves verifiable tombstones, and records it.';

-- Take note of the file that a detached partition was archived to, after reading the file back.
--
--     select ops.record_archive(
--                partition      => 'app.project_events_y2023m01',
--                file_name      => 'app.project_events_y2023m01.copy.gz',
--                file_sha256    => '0c5f3e8b9a7d41f6a2e8c4b7d9f1a3e5c7b9d1f3a5e7c9b1d3f5a7e9c1b3d5f7',
--                content_sha256 => 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
--                row_count      => 0
--            );
--
create or replace function ops.record_archive(
    partition      text,
    file_name      text,
    file_sha256    text,
    content_sha256 text,
    row_count      bigint
)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    update ops.retired_partitions as r
       set state          = 'archived',
           file_name      = record_archive.file_name,
           file_sha256    = record_archive.file_sha256,
           content_sha256 = record_archive.content_sha256,
           changed_at     = now()
     where r.partition = record_archive.partition
       and r.state in ('detached', 'archived')
       and r.row_count = record_archive.row_count;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('%s is not detached, or has not %s rows', record_archive.partition, record_archive.row_count),
            hint    = 'Archive a partition after ops.finish_detachment(), whole.';
    end if;
end
$function$;
comment on function ops.record_archive(text, text, text, text, bigint) is
    'Notes the file that a detached partition was archived to.';

-- For a program whose write was refused for want of a partition of this moment: count that, make the
-- partition if nobody has, and tell whether the write can be tried again.
--
--     select ops.repair_partitions(account_id => '0194f3c0-0000-7000-8000-000000000001');
--     -- t
--
create or replace function ops.repair_partitions(account_id uuid)
    returns boolean
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(repair_partitions.account_id);
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
    return exists (
        select
          from ops.partitions as p
         where p.relation = 'app.project_events'
           and p.starts_at <= now()
           and p.ends_at > now()
    );
end
$function$;
comment on function ops.repair_partitions(uuid) is
    'Counts a write refused for want of a partition of this moment, makes the partition, '
    'and tells whether to try again.';

-- Find events that were changed, removed, inserted or reordered since they were recorded.
--
-- Returns no row when all is well. Recomputes the hash of every event from the one before it, as
-- app.event_sha256 does, and compares the end of each chain with its head. Where partitions were
-- retired, the chain goes on from what app.retired_events keeps, if the retirement is on record.
--
--     select * from ops.verify_event_chain();
--     -- (no rows)
--
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

drop policy projects_audit on app.projects;
drop policy project_payloads_audit on app.project_payloads;
drop policy project_totals_audit on app.project_totals;
drop trigger retired_partitions_evidence on ops.retired_partitions;
drop function ops.record_retirement();
drop function ops.record_evidence(text, text, jsonb);
drop function ops.stretches_sha256(text);
drop function ops.archive_sha256(regclass);
drop function ops.payload_hashes(uuid, uuid);
drop function app.event_actor(text);
drop table ops.evidence;
drop function ops.refuse_evidence_change();
delete from ops.table_placements where relation = 'ops.evidence';
comment on column ops.retired_partitions.content_sha256 is
    'Hash of the rows in the file, uncompressed, 64 hex digits.';
comment on column ops.missed_months.misses is 'How many writers reported that they were refused.';
comment on column ops.missed_months.first_at is 'When the first of them did.';
comment on column ops.missed_months.last_at is 'When the last of them did.';
