-- 0026.partition-periods
-- depends: 0025.hash-checks-validated
--
-- why    Months are too long where events are many, and too short where they are few: the policy of a
--        table now says how long its new partitions are. What is there stays as it is.
-- locks  ops.partition_policies ACCESS EXCLUSIVE, briefly: constant default, no rewrite.
-- undo   0026.partition-periods.rollback.sql; the periods of policies are lost. It refuses while
--        partitions that are no whole months are in use: months could not be made beside them.

alter table ops.partition_policies
    add column period text not null default 'month',
    -- A table of some rows: the check is done before anybody waits.
    -- squawk-ignore constraint-missing-not-valid
    add constraint partition_policies_period_check
        check (period in ('day', 'week', 'month', 'quarter', 'year')),
    -- Each partition takes some five locks until all are made.
    -- squawk-ignore constraint-missing-not-valid
    add constraint partition_policies_days_check check (period <> 'day' or months_ahead <= 12);
comment on table ops.partition_policies is
    'How the partitions by time of each table are made ahead and retired.';
comment on column ops.partition_policies.months_ahead is
    'How many months after the current one have partitions.';
comment on column ops.partition_policies.period is
    'How long a new partition is: a day, week, month, quarter or year, in UTC.';
comment on table ops.missed_months is 'Periods that rows were refused in for want of a partition.';
comment on column ops.missed_months.starts_at is
    'Start of the period, a month if the policy says no other.';

-- The time that the attached partitions of a table hold. A default partition counts for none.
--
--     select ops.held_times('app.project_events') @> now();
--     -- t
--
create function ops.held_times(relation text)
    returns tstzmultirange
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(range_agg(tstzrange(p.starts_at, p.ends_at)), '{}')
      from ops.partitions as p
     where p.relation = held_times.relation
       and p.starts_at is not null;
end;
comment on function ops.held_times(text) is
    'The time that the attached partitions of a table hold; a default partition counts for none.';

-- The periods that hold the days from one to another, in UTC, with what a partition of each is called.
--
--     select starts_at, suffix, label from ops.periods_between('quarter', '2031-02-01', '2031-02-01');
--     -- 2031-01-01 00:00:00+00 | y2031q1 | 2031-Q1
--
-- Weeks are those of ISO 8601, from Monday on. A day that is no day of the calendar has no period.
--
create function ops.periods_between(
    period    text,
    first_day date,
    last_day  date
)
    returns table (
        starts_at timestamptz,
        ends_at   timestamptz,
        suffix    text,
        label     text
    )
    language sql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
begin atomic
    select made.starts at time zone 'UTC',
           (made.starts + unit.length) at time zone 'UTC',
           to_char(made.starts, unit.suffix),
           to_char(made.starts, unit.label)
      from (values
                ('day', interval '1 day', '"y"YYYY"m"MM"d"DD', 'YYYY-MM-DD'),
                ('week', interval '7 days', '"y"IYYY"w"IW', 'IYYY-"W"IW'),
                ('month', interval '1 month', '"y"YYYY"m"MM', 'YYYY-MM'),
                ('quarter', interval '3 months', '"y"YYYY"q"Q', 'YYYY-"Q"Q'),
                ('year', interval '1 year', '"y"YYYY', 'YYYY')
           ) as unit (name, length, suffix, label)
     cross join lateral generate_series(
               date_trunc(unit.name, case when isfinite(first_day) then first_day end::timestamp),
               date_trunc(unit.name, case when isfinite(last_day) then last_day end::timestamp),
               unit.length
           ) as made (starts)
     where unit.name = periods_between.period
     order by made.starts;
end;
comment on function ops.periods_between(text, date, date) is
    'The days, weeks, months, quarters or years from one day to another, '
    'and what a partition of each is called.';

-- Make the partition of the period that holds a day, as long as the table's policy says, and return
-- its name; nothing when all of the period has partitions.
--
-- Where partitions of another length hold a part of it, each part that is left from the day on gets
-- one, named for its first day. Time that was retired is not made again: what left would have no way
-- back. A new table is made alone and then attached, which blocks no reader and no writer.
--
--     select ops.create_time_partitions('app.project_events', '2031-01-15');
--     -- app.project_events_y2031m01
--
create function ops.create_time_partitions(
    relation text,
    day      date
)
    returns setof text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent     constant regclass := create_time_partitions.relation::regclass;
    length     text;
    whole      record;
    gap        tstzrange;
    first_day  date;
    last_day   date;
    namespace  text;
    table_name text;
    name       text;
    label      text;
begin
    select p.period into length
      from ops.partition_policies as p
     where p.relation = create_time_partitions.relation
       for share;
    if not found then
        raise exception using
            errcode = 'ES201',
            message = format('%s has no partition policy', create_time_partitions.relation),
            hint    = 'Add its policy to ops.partition_policies first.';
    end if;
    if create_time_partitions.day not between '0001-01-01' and '9999-12-31' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('no partition can hold %s', create_time_partitions.day),
            hint    = 'Give a day of the years 1 to 9999.';
    end if;
    select n.nspname, c.relname into namespace, table_name
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
     where c.oid = parent;

    perform pg_advisory_xact_lock(hashtextextended(create_time_partitions.relation, 0));
    select * into whole
      from ops.periods_between(length, create_time_partitions.day, create_time_partitions.day);
    for gap in
        select part.gap
          from (
              select coalesce(range_agg(tstzrange(r.starts_at, r.ends_at)), '{}') as times
                from ops.retired_partitions as r
               where r.relation = create_time_partitions.relation
                 and r.state <> 'restored'
          ) as retired
         cross join lateral unnest(
                   tstzmultirange(tstzrange(whole.starts_at, whole.ends_at))
                   - ops.held_times(create_time_partitions.relation)
                   - retired.times
               ) as part (gap)
         where upper(part.gap) > create_time_partitions.day::timestamp at time zone 'UTC'
    loop
        first_day := (lower(gap) at time zone 'UTC')::date;
        last_day  := ((upper(gap) - interval '1 microsecond') at time zone 'UTC')::date;
        if gap = tstzrange(whole.starts_at, whole.ends_at) then
            name  := format('%I.%I', namespace, table_name || '_' || whole.suffix);
            label := whole.label;
        else
            name  := format(
                '%I.%I', namespace, table_name || to_char(first_day, '"_y"YYYY"m"MM"d"DD')
            );
            label := format('%s to %s', first_day, last_day);
        end if;
        perform ops.create_partition_table(create_time_partitions.relation, name);
        execute format(
            'alter table %s attach partition %s for values from (%L) to (%L)',
            parent, name,
            to_char(lower(gap) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'),
            to_char(upper(gap) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')
        );
        execute format(
            'comment on table %s is %L', name, format('Partition of %s: %s.', parent, label)
        );
        return next name;
    end loop;
end
$function$;
comment on function ops.create_time_partitions(text, date) is
    'Makes and attaches the partition of the period that holds a day; none where there is one.';

create or replace function ops.ensure_partitions(from_month date default null)
    returns setof text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    this_month constant date := date_trunc('month', now() at time zone 'UTC')::date;
    first_day  constant date :=
        date_trunc('month', least(ensure_partitions.from_month, this_month)::timestamp)::date;
begin
    if ensure_partitions.from_month < '0001-01-01' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('partitions cannot start in %s', ensure_partitions.from_month),
            hint    = 'Give the first month that rows are to be written for.';
    end if;

    perform from ops.partition_policies for share;
    return query
    select made.name
      from ops.partition_policies as p
     cross join lateral ops.periods_between(
               p.period,
               first_day,
               (this_month + make_interval(months => p.months_ahead + 1))::date - 1
           ) as period
     cross join lateral ops.create_time_partitions(
               p.relation,
               greatest((period.starts_at at time zone 'UTC')::date, first_day)
           ) as made (name)
     order by made.name;
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
            hint    = 'Retire partitions whose time is over.';
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
        where r.state in ('retiring', 'restored')
    returning r.* into begun;
    if not found then
        raise exception using
            errcode = 'ES204',
            message = format('a partition named %s was retired before', attached.partition),
            hint    = 'Its record and archive stay: give the table that took its place another name.';
    end if;
    return begun;
end
$function$;

-- The application has no right to it, and an operator makes partitions by ops.ensure_partitions().
-- squawk-ignore ban-drop-function
drop function ops.create_month_partition(text, date);

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
            period.label, ', ' order by period.starts_at
        )
      from ops.partition_policies as p
     cross join lateral ops.held_times(p.relation) as held (times)
     cross join lateral ops.periods_between(
               p.period,
               (now() at time zone 'UTC')::date,
               (date_trunc('month', now() at time zone 'UTC')
                + make_interval(months => p.months_ahead + 1))::date - 1
           ) as period
     where not held.times @> tstzrange(greatest(period.starts_at, now()), period.ends_at)
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
