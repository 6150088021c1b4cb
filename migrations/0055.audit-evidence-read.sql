-- 0055.audit-evidence-read
-- depends: 0050.maintenance
--
-- why    Evidence of a project that does not say that it exists, is gone, or has another status or
--        actor than the log says kept ops.find_event_faults() from saying so. Branches and defaults
--        that change nothing are taken out of it and of ops.record_evidence().
-- locks  none on tables; calls that run finish with the function that they began with.
-- undo   0055.audit-evidence-read.rollback.sql; nothing is lost.

-- Projects and designs that the audit log contradicts, and evidence that contradicts itself.
--
-- What an event records must be there, and what is there must have been recorded: a project without
-- the event of its creation, one that is gone without the event of its deletion, a status, an actor
-- or a design that is not the last one recorded. Where events were retired or erased, or the
-- evidence holds what was so before it began, that is taken into account.
--
--     select * from ops.find_event_faults();
--     -- (no rows)
--
create or replace function ops.find_event_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
    set jit = off
    set timezone = 'UTC'
as $function$
begin
    return query
    with said as (
        select
            e.account_id,
            e.project_id,
            e.position,
            e.event_type::text as kind,
            e.erased_at is not null as is_erased,
            e.actor,
            e.data,
            e.occurred_at
          from app.project_events as e
    ),

    -- The last value is that of the greatest place, which is written before it.
    logged as materialized (
        select
            s.account_id,
            s.project_id,
            max(s.position) filter (where s.kind like 'project.%' or s.kind = 'payload.saved') as alive,
            max(s.position) filter (where s.kind = 'project.created') as created,
            max(s.position) filter (
                where s.kind = 'user.data_deleted' and (s.is_erased or not s.data ? 'erased_positions')
            ) as deleted,
            count(*) filter (where s.kind = 'payload.saved' and s.is_erased) as saved_unseen,
            max(
                lpad(s.position::text, 19, '0')
                || case
                       when s.is_erased
                       then case s.kind when 'project.created' then '' when 'project.status_changed' then 'estimating'
                                        else substr(s.kind, 9) end
                       else coalesce(s.data ->> 'to', s.data ->> 'status', '')
                   end collate "C"
            ) filter (where s.kind like 'project.%' and s.kind <> 'project.updated') as status,
            max(lpad(s.position::text, 19, '0') || case when s.is_erased then '' else s.actor end collate "C")
                filter (where s.kind like 'project.%') as actor,
            -- Before the evidence began, less was certain of who had created what.
            max(case when not s.is_erased then s.actor end) filter (
                where s.kind = 'project.created'
                  and s.occurred_at > (select e.recorded_at from ops.evidence as e where e.position = 1)
            ) as creator,
            count(*) filter (where s.kind = 'project.created') as creations
          from said as s
         group by s.account_id, s.project_id
    ),

    retired as (
        select distinct r.account_id, r.project_id
          from app.retired_events as r
         where not exists (
                   select
                     from pg_inherits as h
                    where h.inhrelid = to_regclass(r.partition)
                      and h.inhparent = 'app.project_events'::regclass
                      and not h.inhdetachpending
               )
    ),

    evident as (
        select distinct on (e.kind, e.subject)
            e.kind,
            split_part(e.subject, '/', 1)::uuid as account_id,
            split_part(e.subject, '/', 2)::uuid as project_id,
            e.content
          from ops.evidence as e
         where e.kind in ('unlogged', 'erasure')
         order by e.kind, e.subject, e.position desc
    ),

    known as materialized (
        select
            coalesce(p.account_id, l.account_id, h.account_id) as account_id,
            coalesce(p.project_id, l.project_id, h.project_id) as project_id,
            p.project_id is not null as is_there,
            h.project_id is not null as has_head,
            r.project_id is not null as is_retired,
            p.status::text as status,
            p.updated_by,
            p.created_by,
            case when l.creations = 1 then l.creator end as creator,
            coalesce(l.alive, 0) as alive,
            coalesce(l.created, 0) as created,
            coalesce(l.deleted, 0) as deleted,
            coalesce(l.saved_unseen, 0) as saved_unseen,
            left(l.status, 19)::bigint as status_place,
            coalesce(nullif(substr(l.status, 20), ''), erasure.content ->> 'status') as logged_status,
            left(l.actor, 19)::bigint as actor_place,
            nullif(substr(l.actor, 20), '') as logged_actor,
            unlogged.content as unlogged,
            (unlogged.content ->> 'position')::bigint as unlogged_place
          from app.projects as p
          full join logged as l on l.account_id = p.account_id and l.project_id = p.project_id
          full join app.event_chains as h
            on h.account_id = coalesce(p.account_id, l.account_id)
           and h.project_id = coalesce(p.project_id, l.project_id)
          left join retired as r
            on r.account_id = coalesce(p.account_id, l.account_id, h.account_id)
           and r.project_id = coalesce(p.project_id, l.project_id, h.project_id)
          left join evident as unlogged
            on unlogged.kind = 'unlogged'
           and unlogged.account_id = coalesce(p.account_id, l.account_id, h.account_id)
           and unlogged.project_id = coalesce(p.project_id, l.project_id, h.project_id)
          left join evident as erasure
            on erasure.kind = 'erasure'
           and erasure.account_id = coalesce(p.account_id, l.account_id, h.account_id)
           and erasure.project_id = coalesce(p.project_id, l.project_id, h.project_id)
    ),

    saved as (
        select distinct on (s.account_id, s.project_id, s.data ->> 'payload_id')
            s.account_id,
            s.project_id,
            s.position,
            s.data ->> 'payload_id' as payload_id,
            s.data ->> 'sha256' as sha256,
            (s.data ->> 'saved_at')::timestamptz as saved_at
          from said as s
          join known as k on k.account_id = s.account_id and k.project_id = s.project_id and k.is_there
         where s.kind = 'payload.saved'
           and not s.is_erased
           and s.position > k.deleted
         order by s.account_id, s.project_id, s.data ->> 'payload_id', s.position desc
    ),

    designs as (
        select
            k.account_id,
            k.project_id,
            k.is_retired,
            k.saved_unseen,
            d.payload_id::text is null as is_gone,
            coalesce(d.payload_id::text, s.payload_id) as payload_id,
            s.sha256 as logged,
            s.saved_at <> d.created_at as is_other_time,
            case
                when s.position > k.unlogged_place then false
                when d.payload_id is null then coalesce(k.unlogged -> 'missing' ? s.payload_id, false)
                else coalesce(k.unlogged -> 'payloads' ->> d.payload_id::text = d.sha256, false)
            end as is_known,
            d.sha256
          from app.project_payloads as d
          full join saved as s
            on s.account_id = d.account_id
           and s.project_id = d.project_id
           and s.payload_id = d.payload_id::text
          join known as k
            on k.account_id = coalesce(d.account_id, s.account_id)
           and k.project_id = coalesce(d.project_id, s.project_id)
         where k.is_there
    ),

    found as (
        select k.account_id, k.project_id, 'it is gone, and no event records it' as problem
          from known as k
         where not k.is_there
           and not (k.alive <= k.deleted and (k.deleted > 0 or k.is_retired or not k.has_head))
           and (k.alive <= k.unlogged_place and k.unlogged -> 'gone' = 'true') is not true
        union all
        select
            k.account_id, k.project_id,
            case when k.deleted > k.alive then 'it is there, and its last event is its deletion'
                 else 'no event records its creation' end
          from known as k
         where k.is_there
           and (k.deleted > k.alive or not (k.created > 0 or k.is_retired))
           and (greatest(k.created, k.deleted) <= k.unlogged_place and k.unlogged -> 'exists' = 'true') is not true
        union all
        select
            k.account_id, k.project_id,
            format('its status is %s, and its last event says %s', k.status, k.logged_status)
          from known as k
         where k.is_there
           and (k.created > 0 or k.is_retired)
           and k.deleted <= k.alive
           and k.status_place is not null
           and k.logged_status <> k.status
           and (k.status_place <= k.unlogged_place and k.unlogged ->> 'status' = k.status) is not true
        union all
        select k.account_id, k.project_id, 'updated_by is not the actor of its last event'
          from known as k
         where k.is_there
           and (k.created > 0 or k.is_retired)
           and k.deleted <= k.alive
           and k.logged_actor <> k.updated_by
           and (
               k.actor_place <= k.unlogged_place
               and k.unlogged ->> 'updated_by_sha256' = encode(sha256(convert_to(k.updated_by, 'UTF8')), 'hex')
           ) is not true
        union all
        select k.account_id, k.project_id, 'created_by is not the actor of its first event'
          from known as k
         where k.is_there
           and k.creator <> k.created_by
        union all
        select d.account_id, d.project_id, format('design %s has another time than its event', d.payload_id)
          from designs as d
         where d.is_other_time
        union all
        select
            d.account_id, d.project_id,
            format('design %s %s', d.payload_id,
                   case when d.is_gone then 'was saved, and is gone' else 'is not the one that was saved' end)
          from designs as d
         where d.logged is not null
           and d.logged is distinct from d.sha256
           and not d.is_known
        union all
        select d.account_id, d.project_id, format('%s designs have no event', count(*))
          from designs as d
         where d.logged is null
           and not d.is_gone
           and not d.is_known
           and not d.is_retired
         group by d.account_id, d.project_id, d.saved_unseen
        having count(*) > d.saved_unseen
    )

    select 'events', format('account %s, project %s', f.account_id, f.project_id), 1::bigint, f.problem
      from found as f;

    return query
    with entry as (
        select
            e.position,
            e.kind,
            lag(e.position, 1, 0::bigint) over places as previous_position,
            e.sha256 = sha256(
                lag(e.sha256, 1, decode(repeat('00', 32), 'hex')) over places
                || convert_to(
                    jsonb_build_array(
                        e.position, e.kind, e.subject, extract(epoch from e.recorded_at), e.role, e.content
                    )::text,
                    'UTF8'
                )
            ) as is_true
          from ops.evidence as e
        window places as (order by e.position)
    ),

    retirement as (
        select distinct on (e.subject) e.subject, e.content
          from ops.evidence as e
         where e.kind = 'retirement'
         order by e.subject, e.position desc
    )

    select 'evidence', format('entry %s', e.position), 1::bigint,
           case when e.is_true then 'entries before it are missing' else 'was changed' end
      from entry as e
     where not e.is_true
        or e.position <> e.previous_position + 1
    union all
    select 'evidence', 'ops.evidence', 1::bigint, 'has no beginning'
     where not exists (select from entry as e where e.position = 1 and e.kind = 'beginning')
    union all
    select
        'evidence', coalesce(p.partition, r.subject), 1::bigint,
        'the record of its retirement is not that of the evidence'
      from ops.retired_partitions as p
      full join retirement as r on r.subject = p.partition
     where to_jsonb(p) is distinct from r.content - 'stretches_sha256'
        or p.state <> 'retiring'
       and r.content ->> 'stretches_sha256' <> encode(ops.stretches_sha256(p.partition), 'hex')
    union all
    -- Nothing deletes from these tables; the server counts what does, until its counters are reset.
    select
        'deleted-events', c.oid::regclass::text, pg_stat_get_tuples_deleted(c.oid),
        'the server counted deletions since its counters were reset'
      from pg_class as c
     where (c.oid in ('app.event_chains'::regclass, 'ops.evidence'::regclass)
            or c.oid in (select h.inhrelid
                           from pg_inherits as h
                          where h.inhparent = 'app.project_events'::regclass))
       and pg_stat_get_tuples_deleted(c.oid) > 0;
end
$function$;

-- Add an entry to the evidence; called by the functions that retire partitions and erase events.
--
-- Writers wait for each other until they commit: retirements and erasures are rare.
--
create or replace function ops.record_evidence(
    kind    text,
    subject text,
    content jsonb
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    entry    ops.evidence;
    previous bytea;
begin
    lock table ops.evidence in share row exclusive mode;
    select e.position, e.sha256
      into entry.position, previous
      from ops.evidence as e
     order by e.position desc
     limit 1;
    entry.position    := coalesce(entry.position, 0) + 1;
    entry.kind        := record_evidence.kind;
    entry.subject     := record_evidence.subject;
    entry.recorded_at := clock_timestamp();
    entry.role        := session_user;
    entry.content     := record_evidence.content;
    entry.sha256      := sha256(
        coalesce(previous, decode(repeat('00', 32), 'hex'))
        || convert_to(
            jsonb_build_array(
                entry.position, entry.kind, entry.subject, extract(epoch from entry.recorded_at),
                entry.role, entry.content
            )::text,
            'UTF8'
        )
    );
    insert into ops.evidence values (entry.*);
end
$function$;
