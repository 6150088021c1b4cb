-- Metrics that are stored in tables: jobs, partitions, retirements, migrations, access.
--
-- The names of jobs, tables and migrations are the only texts in it. No value is that of a single
-- account. `tooling metrics` serves them in addition to the statistics of PostgreSQL.
--
--     select value from ops.metrics() where metric = 'access_findings';
--     -- 0
--
create function ops.metrics()
    returns table (
        metric text,
        labels jsonb,
        value  double precision
    )
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select number.metric, jsonb_build_object('job', s.job), number.value
      from ops.job_status as s
     cross join lateral (
               values
               ('job_enabled', s.is_enabled::integer::double precision),
               ('job_late', s.is_late::integer),
               ('job_late_after_seconds', extract(epoch from s.late_after)),
               ('job_last_start_timestamp_seconds', extract(epoch from s.last_started_at)),
               ('job_last_success_timestamp_seconds', extract(epoch from s.last_success_at)),
               ('job_last_duration_seconds', extract(epoch from s.last_duration))
           ) as number (metric, value)
     where number.value is not null;

    -- How the newest finished run ended, and the numbers in what its command printed; of a list,
    -- how long it is.
    return query
    with ended as (
        select newest.*
          from ops.jobs as j
         cross join lateral (
                   select r.job, r.outcome, r.exit_code, r.detail
                     from ops.job_runs as r
                    where r.job = j.job
                      and r.outcome <> 'running'
                    order by r.started_at desc
                    limit 1
               ) as newest
    )
    select 'job_failed', jsonb_build_object('job', e.job),
           (e.outcome <> 'succeeded')::integer::double precision
      from ended as e
    union all
    select 'job_exit_code', jsonb_build_object('job', e.job), e.exit_code
      from ended as e
     where e.exit_code is not null
    union all
    select 'job_result', jsonb_build_object('job', e.job, 'field', field.key),
           case jsonb_typeof(field.value)
               when 'number' then (field.value #>> '{}')::double precision
               when 'boolean' then (field.value #>> '{}')::boolean::integer
               else jsonb_array_length(field.value)
           end
      from ended as e
     cross join lateral jsonb_each(
               case when jsonb_typeof(e.detail) = 'object' then e.detail else '{}' end
           ) as field
     where jsonb_typeof(field.value) in ('number', 'boolean', 'array');

    -- Months ahead are those after this one up to whose end no time from now on lacks a partition.
    return query
    with made as materialized (
        select * from ops.partitions
    ),

    ahead as (
        select p.relation, held.times @> tstzrange(now(), month.ends_at) as is_covered
          from ops.partition_policies as p
         cross join lateral ops.held_times(p.relation) as held (times)
         cross join lateral ops.periods_between(
                   'month',
                   (date_trunc('month', now() at time zone 'UTC') + interval '1 month')::date,
                   (now() at time zone 'UTC')::date + 120 * 31
               ) as month
    )

    select 'partition_months_ahead', jsonb_build_object('relation', a.relation),
           count(*) filter (where a.is_covered)::double precision
      from ahead as a
     group by a.relation
    union all
    select 'partition_months_ahead_wanted', jsonb_build_object('relation', p.relation),
           p.months_ahead
      from ops.partition_policies as p
    union all
    select number.metric,
           jsonb_build_object('relation', m.relation, 'partition', m.partition), number.value
      from made as m
     cross join lateral (
               values
               ('partition_rows', m.estimated_rows::double precision),
               ('partition_bytes', m.total_bytes)
           ) as number (metric, value);

    return query
    select 'partition_missed_writes', '{}'::jsonb, coalesce(sum(m.misses), 0)::double precision
      from ops.missed_months as m
     where m.last_at > now() - interval '1 day'
    union all
    select 'partitions_retired', jsonb_build_object('state', state.name),
           count(r.partition)::double precision
      from unnest(array['retiring', 'detached', 'archived', 'dropped', 'restored']) as state (name)
      left join ops.retired_partitions as r on r.state = state.name
     group by state.name
    union all
    select 'access_findings', '{}', count(*)::double precision
      from ops.check_access()
    union all
    select 'audit_chains', '{}', greatest(c.reltuples, 0)::double precision
      from pg_class as c
     where c.oid = 'app.event_chains'::regclass;

    -- The runner makes the ledger: a database loaded from sql/ has none.
    if to_regclass('ledger.journal') is not null then
        return query execute format(
            'select ''migrations_partial'', ''{}''::jsonb,'
            '       count(distinct j.migration_id)::double precision'
            '  from %1$I.journal as j'
            ' union all '
            'select ''migration_applied_timestamp_seconds'','
            '       jsonb_build_object(''migration'', y.migration_id),'
            '       extract(epoch from y.applied_at_utc)::double precision'
            '  from %1$I._yoyo_migration as y',
            'ledger'
        );
    end if;
end
$function$;
comment on function ops.metrics() is
    'Numbers for monitoring that are kept in tables, without a word or number of any account.';
