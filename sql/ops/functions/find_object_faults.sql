-- Objects that do not serve their purpose: indexes, constraints, tables and partitions.
--
--     select * from ops.find_object_faults();
--     -- (no rows)
--
create function ops.find_object_faults()
    returns table (
        check_name text,
        object     text,
        violations bigint,
        detail     text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select
        'invalid-indexes', i.indexrelid::regclass::text, 1::bigint,
        'left behind by a CREATE INDEX CONCURRENTLY or an attachment that failed'
      from pg_index as i
      join pg_class as c on c.oid = i.indexrelid
     where not (i.indisvalid and i.indisready)
       and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
       -- One that is not recorded may still be being built.
       and (
           not exists (
               select
                 from pg_locks as l
                where l.relation = i.indrelid
                  and l.mode = 'ShareUpdateExclusiveLock'
                  and l.granted
                  and l.pid <> pg_backend_pid()
           )
           or exists (
               select
                 from ops.recorded_definitions as r
                where r.object like format('%% index %I', c.relname)
           )
       )
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
       -- A retirement that is going on detaches it now.
       and not exists (
               select
                 from ops.retired_partitions as r
                where to_regclass(r.partition) = h.inhrelid
                  and r.state = 'retiring'
                  and r.changed_at > now() - interval '1 hour'
           )
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
     where m.last_at > now() - interval '7 days'
    union all
    select
        'settings', coalesce(r.rolname, d.datname, 'server'), 1,
        format(
            '%s starts with %s', coalesce('every session of ' || r.rolname, 'every session'),
            s.assignment
        )
      from pg_db_role_setting as c
      left join pg_roles as r on r.oid = c.setrole
      left join pg_database as d on d.oid = c.setdatabase
     cross join lateral unnest(c.setconfig) as s (assignment)
     where (c.setdatabase = 0 or d.datname = current_database())
       and (s.assignment ~* '^session_replication_role=(replica|local)$'
            or s.assignment ~* '^track_counts=(off|false|no|0)$'
            or s.assignment ~* (
                '^(ignore_checksum_failure|zero_damaged_pages|ignore_system_indexes'
                '|ignore_invalid_pages)=(on|true|yes|1)$'
            ))
    union all
    select 'settings', 'server', 1, format('%s is %s', s.name, s.reset_val)
      from pg_settings as s
     where (s.name, s.reset_val) in (
               ('session_replication_role', 'replica'), ('session_replication_role', 'local'),
               ('ignore_checksum_failure', 'on'), ('zero_damaged_pages', 'on'),
               ('ignore_system_indexes', 'on'), ('ignore_invalid_pages', 'on'),
               ('track_counts', 'off')
           );
end
$function$;
comment on function ops.find_object_faults() is
    'Indexes, constraints, tables and partitions that are invalid, missing or open to others.';
