do $$
declare
    odd text;
begin
    select string_agg(p.partition, ', ' order by p.starts_at) into odd
      from ops.partitions as p
      join ops.partition_policies as policy on policy.relation = p.relation
     where p.ends_at > now()
       and (p.starts_at <> date_trunc('month', p.starts_at, 'UTC')
            or p.ends_at <> date_trunc('month', p.ends_at, 'UTC'));
    if odd is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('partitions that are no whole months are in use: %s', odd),
            hint    = 'Drop those of the future that are empty, set period to month, and run '
                      '`tooling partition ensure`; go back when those in use are over.';
    end if;
end
$$;

create or replace function ops.metrics()
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

    -- Months ahead are those after this one with a partition, up to the first that has none.
    return query
    with made as materialized (
        select * from ops.partitions
    ),

    ahead as (
        select p.relation, month.number, bool_and(made.relation is not null) over later as is_covered
          from ops.partition_policies as p
         cross join generate_series(1, 120) as month (number)
          left join made
            on made.relation = p.relation
           and (date_trunc('month', now() at time zone 'UTC') + month.number * interval '1 month')
               at time zone 'UTC' >= made.starts_at
           and (date_trunc('month', now() at time zone 'UTC') + month.number * interval '1 month')
               at time zone 'UTC' < made.ends_at
        window later as (partition by p.relation order by month.number)
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

create or replace function ops.find_object_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select
        'invalid-indexes', i.indexrelid::regclass::text, 1::bigint,
        'left behind by a CREATE INDEX CONCURRENTLY or an attachment that failed'
      from pg_index as i
      join pg_class as c on c.oid = i.indexrelid
     where not (i.indisvalid and i.indisready)
       and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
    union all
    select
        'unvalidated-constraints', format('%s %I', k.conrelid::regclass, k.conname), 1,
        'rows from before it was added may break it'
      from pg_constraint as k
     where not k.convalidated
       and k.conparentid = 0
       and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
    union all
    select
        'unlogged-tables', c.oid::regclass::text, 1,
        'is emptied by a crash'
      from pg_class as c
     where c.relpersistence = 'u'
       and c.relkind in ('r', 'p', 'm', 'S')
       and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
    union all
    select 'access', a.object, 1, a.finding
      from ops.check_access() as a
    union all
    select
        'partitions', p.relation, count(*), 'no partition for ' || string_agg(
            to_char(month.starts_at at time zone 'UTC', 'YYYY-MM'), ', ' order by month.starts_at
        )
      from ops.partition_policies as p
     cross join lateral generate_series(
               date_trunc('month', now(), 'UTC'),
               date_trunc('month', now() + make_interval(months => p.months_ahead), 'UTC'),
               interval '1 month'
           ) as month (starts_at)
     where not exists (
               select
                 from ops.partitions as made
                where made.relation   = p.relation
                  and made.starts_at <= month.starts_at
                  and made.ends_at    > month.starts_at
           )
     group by p.relation
    union all
    select
        'partitions', h.inhrelid::regclass::text, 1, 'its detachment began and did not end'
      from pg_inherits as h
      join pg_class as c on c.oid = h.inhrelid
     where h.inhdetachpending
       and c.relnamespace in ('app'::regnamespace, 'ops'::regnamespace)
    union all
    select 'partitions', 'app.project_payloads', 1, 'no partition for module ' || label.enumlabel
      from pg_enum as label
     where label.enumtypid = 'app.project_module'::regtype
       and not exists (
               select
                 from ops.partitions as made
                where made.relation = 'app.project_payloads'
                  and strpos(made.bounds, quote_literal(label.enumlabel)) > 0
           )
    union all
    select
        'retirements', r.partition, 1, format('began %s and has not gone on', r.retired_at)
      from ops.retired_partitions as r
     where r.state = 'retiring'
       and r.changed_at < now() - interval '1 day'
    union all
    select
        'missed-months', m.relation, m.misses,
        format('writes were refused for want of the partition of %s, last %s',
               m.starts_at, m.last_at)
      from ops.missed_months as m
     where m.last_at > now() - interval '7 days';
end;

-- Make the partition of one month and attach it; null when it is there already.
--
-- The new table is made alone and then attached, which blocks no reader and no writer.
--
--     select ops.create_month_partition('app.project_events', '2031-01-01');
--     -- app.project_events_y2031m01
--
create function ops.create_month_partition(
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

    perform ops.create_partition_table(
        create_month_partition.relation, format('%I.%I', namespace, name)
    );
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
comment on function ops.create_month_partition(text, date) is
    'Makes and attaches the partition of one month; null when it is there already.';

create or replace function ops.begin_retirement(
    partition text,
    action    text
)
    returns ops.retired_partitions
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    attached ops.partitions;
    begun    ops.retired_partitions;
    counted  bigint;
begin
    select p.* into attached
      from ops.partitions as p
     where p.partition = begin_retirement.partition
       and p.relation in (select policy.relation from ops.partition_policies as policy);
    if not found then
        select r.* into begun
          from ops.retired_partitions as r
         where r.partition = begin_retirement.partition
           and r.state <> 'restored';
        if found then
            return begun;
        end if;
        raise exception using
            errcode = 'ES202',
            message = format('%s is not a partition that can be retired', begin_retirement.partition),
            hint    = 'See ops.partitions for the partitions of tables that have a policy.';
    end if;
    if attached.ends_at > now() then
        raise exception using
            errcode = 'ES203',
            message = format('%s is still in use until %s', attached.partition, attached.ends_at),
            hint    = 'Retire partitions of past months.';
    end if;

    perform pg_advisory_xact_lock(hashtextextended(attached.relation, 0));
    if attached.relation = 'app.project_events' then
        counted := ops.record_stretches(attached.partition);
    else
        execute format('select count(*) from %s', attached.partition::regclass) into counted;
    end if;
    insert into ops.retired_partitions as r (partition, relation, starts_at, ends_at, action, row_count)
    values (
        attached.partition, attached.relation, attached.starts_at, attached.ends_at,
        begin_retirement.action, counted
    )
        on conflict on constraint retired_partitions_pkey
        do update set
            action         = excluded.action,
            state          = 'retiring',
            row_count      = excluded.row_count,
            file_name      = null,
            file_sha256    = null,
            content_sha256 = null,
            retired_at     = excluded.retired_at,
            changed_at     = excluded.changed_at
    returning r.* into begun;
    return begun;
end
$function$;

create or replace function ops.repair_partitions(account_id uuid)
    returns boolean
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(repair_partitions.account_id);
    perform ops.create_month_partition(p.relation, (now() at time zone 'UTC')::date)
       from ops.partition_policies as p
      where p.relation = 'app.project_events';
    insert into ops.missed_months as m (relation, starts_at, misses)
    values ('app.project_events', date_trunc('month', now() at time zone 'UTC') at time zone 'UTC', 1)
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
    'Counts a write refused for want of this month''s partition, makes the partition, '
    'and tells whether to try again.';

create or replace function ops.ensure_partitions(from_month date default null)
    returns setof text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    today constant date := (now() at time zone 'UTC')::date;
begin
    return query
    select made.name
      from ops.partition_policies as p
     cross join lateral generate_series(
               date_trunc('month', least(ensure_partitions.from_month, today)::timestamp),
               date_trunc('month', today::timestamp) + make_interval(months => p.months_ahead),
               interval '1 month'
           ) as month (starts)
     cross join lateral ops.create_month_partition(p.relation, month.starts::date) as made (name)
     where made.name is not null
     order by made.name;
end
$function$;

drop function ops.create_time_partitions(text, date);
drop function ops.periods_between(text, date, date);
drop function ops.held_times(text);

alter table ops.partition_policies drop column period;
comment on table ops.missed_months is 'Months that rows were refused in for want of a partition.';
comment on column ops.missed_months.starts_at is 'Start of the month.';
comment on table ops.partition_policies is
    'How the partitions by month of each table are made ahead and retired.';
comment on column ops.partition_policies.months_ahead is
    'How many months after the current one have a partition.';
