-- 0009.audit-chain
-- depends: 0008.row-security
-- transactional: false
-- repeatable-calls: true
--
-- why    Every change is recorded, and each event carries a hash over the one before it, so that a
--        change of the log by a superuser shows.
-- locks  app.project_events and its partitions ACCESS EXCLUSIVE, briefly: columns without default,
--        triggers, checks NOT VALID. Existing events are chained a project at a time, beside
--        readers and writers; a writer that is faster chains its own project.
-- undo   0009.audit-chain.rollback.sql; the hashes are lost, the events stay; what was erased stays
--        erased.

create table app.event_chains (
    account_id  uuid    not null,
    project_id  uuid    not null,
    position    bigint  not null  default 0,
    sha256      bytea   not null  default decode(repeat('00', 32), 'hex'),
    constraint event_chains_pkey primary key (account_id, project_id),
    constraint event_chains_position_check check (position >= 0),
    constraint event_chains_sha256_check check (octet_length(sha256) = 32)
) with (fillfactor = 80);
select ops.place('app.event_chains', 'tenant');

comment on table app.event_chains is
    'The head of each project''s hash chain of events; it outlives the project.';
comment on column app.event_chains.account_id is 'The tenant that owns the project.';
comment on column app.event_chains.project_id is 'The project whose events are chained.';
comment on column app.event_chains.position is 'How many events the chain has.';
comment on column app.event_chains.sha256 is
    'Hash of the last event; 32 zero bytes before the first.';

create policy event_chains_audit
    on app.event_chains
    for select
    to eagle_auditor
    using (true);
comment on policy event_chains_audit on app.event_chains is
    'An auditor sees the head of every chain.';

alter table app.event_chains enable row level security;

create function app.event_content_sha256(
    actor text,
    data  jsonb
)
    returns bytea
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return sha256(
        int4send(octet_length(event_content_sha256.actor))
        || convert_to(event_content_sha256.actor || event_content_sha256.data::text, 'UTF8')
    );
end
$function$;
comment on function app.event_content_sha256(text, jsonb) is
    'Hash of the actor and data of an event, 32 bytes.';

create function app.event_sha256(
    previous    bytea,
    account_id  uuid,
    project_id  uuid,
    place       bigint,
    event_id    uuid,
    event_type  app.project_event_type,
    occurred_at timestamptz,
    content     bytea
)
    returns bytea
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return sha256(
        event_sha256.previous
        || uuid_send(event_sha256.account_id)
        || uuid_send(event_sha256.project_id)
        || int8send(event_sha256.place)
        || uuid_send(event_sha256.event_id)
        || timestamptz_send(event_sha256.occurred_at)
        || event_sha256.content
        || convert_to(event_sha256.event_type::text, 'UTF8')
    );
end
$function$;
comment on function app.event_sha256(
    bytea, uuid, uuid, bigint, uuid, app.project_event_type, timestamptz, bytea
) is
    'Hash of an event over its content and the hash of the event before it, 32 bytes.';

alter table app.project_events
    add column position bigint null,
    add column sha256 bytea null,
    add column erased_at timestamptz null;

alter table app.project_events alter column sha256 set statistics 0;

comment on column app.project_events.position is
    'Place of the event in its project''s chain, from 1.';
comment on column app.project_events.sha256 is
    'Hash over the event and the hash of the event before it.';
comment on column app.project_events.erased_at is
    'When actor and data were erased on request; the tombstone keeps their hash.';

create or replace function app.refuse_event_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if tg_op = 'UPDATE' and current_setting('app.erasing', true) = 'events' then
        return new;
    end if;
    raise exception using
        errcode = 'ES003',
        message = format('events are immutable: %s is refused', lower(tg_op)),
        hint    = 'Append an event that corrects the earlier one; personal data is erased by app.erase_events.',
        schema  = 'app',
        table   = 'project_events';
end
$function$;
comment on function app.refuse_event_change() is
    'Trigger: refuses update, delete and truncate of events (ES003).';

-- Chains the events that a project had before; whoever comes first for a project does it, and the
-- others wait for the head that it inserts.
create function app.start_event_chain(
    account_id uuid,
    project_id uuid
)
    returns void
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    event record;
    head  app.event_chains;
begin
    insert into app.event_chains (account_id, project_id)
    values (start_event_chain.account_id, start_event_chain.project_id)
        on conflict on constraint event_chains_pkey do nothing
    returning * into head;
    if not found then
        return;
    end if;

    perform set_config('app.erasing', 'events', true);
    for event in
        select e.*
          from app.project_events as e
         where e.account_id = start_event_chain.account_id
           and e.project_id = start_event_chain.project_id
         order by e.occurred_at, e.event_id
    loop
        head.position := head.position + 1;
        head.sha256 := app.event_sha256(
            head.sha256, event.account_id, event.project_id, head.position,
            event.event_id, event.event_type, event.occurred_at,
            app.event_content_sha256(event.actor, event.data)
        );
        update app.project_events as e
           set position = head.position,
               sha256   = head.sha256
         where e.account_id = event.account_id
           and e.project_id = event.project_id
           and e.occurred_at = event.occurred_at
           and e.event_id = event.event_id;
    end loop;
    perform set_config('app.erasing', '', true);

    update app.event_chains as c
       set position = head.position,
           sha256   = head.sha256
     where c.account_id = start_event_chain.account_id
       and c.project_id = start_event_chain.project_id;
end
$function$;

create function app.chain_event()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    new.erased_at := null;
    loop
        update app.event_chains as c
           set position = c.position + 1,
               sha256   = app.event_sha256(
                   c.sha256, new.account_id, new.project_id, c.position + 1,
                   new.event_id, new.event_type, new.occurred_at,
                   app.event_content_sha256(new.actor, new.data)
               )
         where c.account_id = new.account_id
           and c.project_id = new.project_id
        returning c.position, c.sha256 into new.position, new.sha256;
        if found then
            return new;
        end if;
        perform app.start_event_chain(new.account_id, new.project_id);
    end loop;
end
$function$;

create trigger project_events_chain
    before insert on app.project_events
    for each row
    execute function app.chain_event();

-- Safe to call again: a project that has a head is done.
create procedure app.chain_existing_events(batch integer default 500)
    language plpgsql
    security invoker
as $procedure$
declare
    last_account uuid := '00000000-0000-0000-0000-000000000000';
    last_project uuid := '00000000-0000-0000-0000-000000000000';
    project      record;
    seen         integer;
begin
    loop
        seen := 0;
        for project in
            select distinct e.account_id, e.project_id
              from app.project_events as e
             where (e.account_id, e.project_id) > (last_account, last_project)
             order by e.account_id, e.project_id
             limit chain_existing_events.batch
        loop
            perform app.start_event_chain(project.account_id, project.project_id);
            last_account := project.account_id;
            last_project := project.project_id;
            seen := seen + 1;
        end loop;
        commit;
        exit when seen = 0;
    end loop;
end
$procedure$;

call app.chain_existing_events();

alter table app.project_events
    add constraint project_events_position_check check (position > 0) not valid,
    add constraint project_events_sha256_check check (octet_length(sha256) = 32) not valid,
    add constraint project_events_position_present check (position is not null) not valid,
    add constraint project_events_sha256_present check (sha256 is not null) not valid;

alter table app.project_events
    validate constraint project_events_position_check,
    validate constraint project_events_sha256_check,
    validate constraint project_events_position_present,
    validate constraint project_events_sha256_present;

alter table app.project_events
    alter column position set not null,
    alter column sha256 set not null,
    -- NOT NULL has taken their place.
    -- squawk-ignore ban-drop-constraint
    drop constraint project_events_position_present,
    -- squawk-ignore ban-drop-constraint
    drop constraint project_events_sha256_present;

-- From here on a project without a head has no events.
create or replace function app.chain_event()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    new.erased_at := null;
    loop
        update app.event_chains as c
           set position = c.position + 1,
               sha256   = app.event_sha256(
                   c.sha256, new.account_id, new.project_id, c.position + 1,
                   new.event_id, new.event_type, new.occurred_at,
                   app.event_content_sha256(new.actor, new.data)
               )
         where c.account_id = new.account_id
           and c.project_id = new.project_id
        returning c.position, c.sha256 into new.position, new.sha256;
        if found then
            return new;
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
        insert into app.event_chains (account_id, project_id)
        values (new.account_id, new.project_id)
            on conflict on constraint event_chains_pkey do nothing;
    end loop;
end
$function$;
comment on function app.chain_event() is
    'Trigger: gives a new event its position and hash in the chain of its project.';

-- Both were made by this migration for its own use.
-- squawk-ignore ban-drop-function
drop procedure app.chain_existing_events(integer);

-- squawk-ignore ban-drop-function
drop function app.start_event_chain(uuid, uuid);

create function app.audit_project()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    changed text[];
begin
    if tg_op = 'INSERT' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.created', new.created_by,
                jsonb_build_object('status', new.status));
        return null;
    end if;
    if tg_op = 'DELETE' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (old.account_id, old.project_id, 'user.data_deleted', app.current_actor(),
                jsonb_build_object('deleted', 'project'));
        return null;
    end if;

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
    'Trigger: appends the event that records a project''s creation, change or deletion.';

create trigger projects_audit
    after insert or update or delete on app.projects
    for each row
    execute function app.audit_project();

create function app.audit_payload()
    returns trigger
    language plpgsql
    volatile
    security invoker
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

create trigger project_payloads_audit
    after insert or update of created_at on app.project_payloads
    for each row
    execute function app.audit_payload();

create function app.append_event(
    account_id uuid,
    project_id uuid,
    event_type app.project_event_type,
    actor      text,
    data       jsonb default '{}'
)
    returns app.project_events
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    appended app.project_events;
begin
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (append_event.account_id, append_event.project_id, append_event.event_type,
            append_event.actor, append_event.data)
    returning * into appended;
    return appended;
end
$function$;
comment on function app.append_event(uuid, uuid, app.project_event_type, text, jsonb) is
    'Appends an event to the audit log of a project and returns it.';

create function app.page_events(
    account_id      uuid,
    project_id      uuid,
    before_time     timestamptz default 'infinity',
    before_event_id uuid default 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    count           integer default 100
)
    returns setof app.project_events
    language sql
    stable
    security invoker
begin atomic
    select e.*
      from app.project_events as e
     where e.account_id = page_events.account_id
       and e.project_id = page_events.project_id
       and e.occurred_at <= page_events.before_time
       and (e.occurred_at, e.event_id) < (page_events.before_time, page_events.before_event_id)
     order by e.occurred_at desc, e.event_id desc
     limit page_events.count;
end;
comment on function app.page_events(uuid, uuid, timestamptz, uuid, integer) is
    'A page of a project''s events, newest first, before the given time and event.';

create function app.erase_events(
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

    perform set_config('app.erasing', 'events', true);
    with tombstone as (
        update app.project_events as e
           set actor     = '(erased)',
               data      = jsonb_build_object(
                   'erased_sha256', encode(app.event_content_sha256(e.actor, e.data), 'hex')
               ),
               erased_at = now()
         where e.account_id = erase_events.account_id
           and e.project_id = erase_events.project_id
           and e.erased_at is null
           and not (e.event_type = 'user.data_deleted' and e.data ? 'erased_positions')
        returning e.position
    )
    select coalesce(array_agg(t.position order by t.position), '{}') into erased from tombstone as t;
    perform set_config('app.erasing', '', true);

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
comment on function ops.verify_event_chain(uuid, uuid) is
    'Every event that breaks its project''s hash chain, and how; no row when all is well.';
