-- 0032.audit-as-of-now
-- depends: 0031.audit-evidence
--
-- why    What happened before there was evidence has to be in it, as of now: retirements, erasures,
--        and where projects and payloads are not what their log says: rows that are older than the
--        log, and updated_by where nothing else was changed with it.
-- locks  None that a reader or writer waits for. Every event and payload is read once.
-- undo   0032.audit-as-of-now.rollback.sql changes nothing: what was recorded is true.

set local timezone = 'UTC';

select ops.record_evidence(
           'retirement',
           r.partition,
           to_jsonb(r) || jsonb_build_object(
               'stretches_sha256', encode(ops.stretches_sha256(r.partition), 'hex')
           )
       )
  from ops.retired_partitions as r
 order by r.changed_at, r.partition;

select ops.record_evidence(
           'erasure',
           e.account_id || '/' || e.project_id,
           jsonb_build_object(
               'erased_at', extract(epoch from e.erased_at),
               'positions', array_agg(e.position order by e.position)
           )
       )
  from app.project_events as e
 where e.erased_at is not null
 group by e.account_id, e.project_id, e.erased_at
 order by e.account_id, e.project_id, e.erased_at;

with retired as (
    select distinct r.account_id, r.project_id from app.retired_events as r
),

logged as (
    select
        e.account_id,
        e.project_id,
        max(e.position) filter (where e.event_type = 'project.created') as created_at,
        max(e.position) filter (
            where e.event_type = 'user.data_deleted' and not e.data ? 'erased_positions'
        ) as deleted_at,
        (
            array_agg(
                coalesce(
                    e.data ->> 'to',
                    e.data ->> 'status',
                    case e.event_type
                        when 'project.status_changed' then 'estimating'
                        when 'project.submitted' then 'submitted'
                        when 'project.accepted' then 'accepted'
                        when 'project.rejected' then 'rejected'
                    end
                ) order by e.position desc
            ) filter (
                where e.event_type in (
                    'project.created', 'project.status_changed', 'project.submitted',
                    'project.accepted', 'project.rejected'
                )
            )
        )[1] as status,
        (
            array_agg(case when e.erased_at is null then e.actor end order by e.position desc)
            filter (
                where e.event_type in (
                    'project.created', 'project.updated', 'project.status_changed',
                    'project.submitted', 'project.accepted', 'project.rejected'
                )
            )
        )[1] as updated_by
      from app.project_events as e
     group by e.account_id, e.project_id
),

saved as (
    select distinct on (e.account_id, e.project_id, e.data ->> 'payload_id')
        e.account_id, e.project_id, e.data ->> 'payload_id' as payload_id,
        e.data ->> 'sha256' as sha256
      from app.project_events as e
     where e.event_type = 'payload.saved'
       and e.erased_at is null
     order by e.account_id, e.project_id, e.data ->> 'payload_id', e.position desc
),

design as (
    select
        coalesce(p.account_id, s.account_id) as account_id,
        coalesce(p.project_id, s.project_id) as project_id,
        jsonb_object_agg(p.payload_id, p.sha256)
            filter (
                where p.payload_id is not null
                  and (s.sha256 is not null or r.project_id is null)
            ) as payloads,
        jsonb_agg(s.payload_id) filter (where p.payload_id is null) as missing
      from app.project_payloads as p
      full join saved as s
        on s.account_id = p.account_id
       and s.project_id = p.project_id
       and s.payload_id = p.payload_id::text
      left join retired as r
        on r.account_id = p.account_id
       and r.project_id = p.project_id
     where p.sha256 is distinct from s.sha256
     group by 1, 2
),

found as (
    select
        coalesce(p.account_id, l.account_id) as account_id,
        coalesce(p.project_id, l.project_id) as project_id,
        jsonb_strip_nulls(
            jsonb_build_object(
                'exists', case
                    when p.project_id is null
                        or r.project_id is not null and l.created_at is null then null
                    when l.created_at is null or l.deleted_at > l.created_at then true
                end,
                'gone', case
                    when p.project_id is null
                        and r.project_id is null
                        and not coalesce(l.deleted_at > coalesce(l.created_at, 0), false)
                        then true
                end,
                'status', case
                    when l.status is null and r.project_id is not null then null
                    when l.status is distinct from p.status::text then p.status
                end,
                'updated_by_sha256', case
                    when l.updated_by is null and r.project_id is not null then null
                    when l.updated_by is distinct from btrim(p.updated_by)
                        then encode(sha256(convert_to(p.updated_by, 'UTF8')), 'hex')
                end,
                'payloads', case when p.project_id is not null then d.payloads end,
                'missing', case when p.project_id is not null then d.missing end
            )
        ) as content
      from app.projects as p
      full join logged as l
        on l.account_id = p.account_id
       and l.project_id = p.project_id
      left join retired as r
        on r.account_id = coalesce(p.account_id, l.account_id)
       and r.project_id = coalesce(p.project_id, l.project_id)
      left join design as d
        on d.account_id = p.account_id
       and d.project_id = p.project_id
)

select ops.record_evidence(
           'unlogged',
           f.account_id || '/' || f.project_id,
           f.content || jsonb_build_object('position', coalesce(c.position, 0))
       )
  from found as f
  left join app.event_chains as c
    on c.account_id = f.account_id
   and c.project_id = f.project_id
 where f.content <> '{}'
 order by f.account_id, f.project_id;
