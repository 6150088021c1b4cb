-- 0015.integrity
-- depends: 0014.job-roles
--
-- why    A daily check finds what no constraint can: rows changed behind the triggers, objects left
--        invalid, numbers about to run out.
-- locks  None: new functions.
-- undo   0015.integrity.rollback.sql; nothing is lost.

-- Rows that break what the database enforces, as nobody but a superuser, or a broken disk, can
-- make them: every check, foreign key and unique index that is declared is asked of every row.
--
--     select * from ops.find_row_faults();
--     -- (no rows)
--
create function ops.find_row_faults(is_thorough boolean default true)
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
    set enable_indexscan = off
    set enable_indexonlyscan = off
    set enable_bitmapscan = off
as $function$
declare
    asked record;
begin
    -- One scan a table, however many checks it has. A row is named by its key.
    for asked in
        select
            c.oid::regclass as relation,
            string_agg(
                format('(%L, (%s))', k.conname, pg_get_expr(k.conbin, k.conrelid)), ', '
                order by k.conname
            ) as checks,
            coalesce(
                (select format('concat_ws('', '', %s)', string_agg(format('t.%I', a.attname), ', '
                               order by array_position(i.indkey::smallint[], a.attnum)))
                   from pg_index as i
                   join pg_attribute as a
                     on a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
                  where i.indrelid = c.oid and i.indisprimary),
                't.ctid::text'
            ) as key
          from pg_constraint as k
          join pg_class as c on c.oid = k.conrelid
         where k.contype = 'c'
           and k.coninhcount = 0
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
         group by c.oid
         order by c.oid
    loop
        return query execute format(
            'select ''checks'', %L || '' '' || v.name, count(*), ''such as '' || min(%s)'
            '  from %s as t cross join lateral (values %s) as v (name, holds)'
            ' where not v.holds group by v.name',
            asked.relation, asked.key, asked.relation, asked.checks
        );
    end loop;

    for asked in
        select
            k.conname,
            k.conrelid::regclass as relation,
            k.confrelid::regclass as referenced,
            string_agg(format('p.%I = t.%I', theirs.attname, ours.attname), ' and ') as same,
            string_agg(format('t.%I is not null', ours.attname), ' and ') as is_given,
            string_agg(format('t.%I', ours.attname), ', ' order by pair.position) as key
          from pg_constraint as k
         cross join lateral unnest(k.conkey, k.confkey) with ordinality
               as pair (ours, theirs, position)
          join pg_attribute as ours on ours.attrelid = k.conrelid and ours.attnum = pair.ours
          join pg_attribute as theirs on theirs.attrelid = k.confrelid and theirs.attnum = pair.theirs
         where k.contype = 'f'
           and k.conparentid = 0
           and k.connamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
         group by k.oid
         order by k.oid
    loop
        return query execute format(
            'select ''orphans'', %L || '' '' || %L, count(*), ''such as '' || min(concat_ws('', '', %s))'
            '  from %s as t where %s and not exists (select from %s as p where %s)'
            ' having count(*) > 0',
            asked.relation, asked.conname, asked.key, asked.relation, asked.is_given,
            asked.referenced, asked.same
        );
    end loop;

    if not find_row_faults.is_thorough then
        return;
    end if;

    -- Sorted from the table, since an index that is broken would hide what it should show.
    for asked in
        select
            i.indrelid::regclass as relation,
            c.relname as index,
            string_agg(format('t.%I', a.attname), ', ' order by k.position) as key,
            string_agg(format('t.%I is not null', a.attname), ' and ') as is_given
          from pg_index as i
          join pg_class as c on c.oid = i.indexrelid
          join pg_class as r on r.oid = i.indrelid and not r.relispartition and r.relkind <> 'm'
         cross join lateral unnest(i.indkey::smallint[]) with ordinality as k (number, position)
          join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.number
         where i.indisunique
           and i.indpred is null
           and i.indexprs is null
           and k.position <= i.indnkeyatts
           and c.relnamespace in ('app'::regnamespace, 'catalog'::regnamespace, 'ops'::regnamespace)
         group by i.indrelid, i.indexrelid, c.relname
         order by i.indexrelid
    loop
        return query execute format(
            'select ''duplicates'', %L || '' '' || %L, count(*), ''such as '' || min(d.key)'
            '  from (select concat_ws('', '', %s) as key from %s as t where %s'
            '         group by %s having count(*) > 1) as d'
            ' having count(*) > 0',
            asked.relation, asked.index, asked.key, asked.relation, asked.is_given, asked.key
        );
    end loop;

    return query
    select 'payload-hashes', 'app.project_payloads', count(*),
           'such as ' || min(concat_ws(', ', p.account_id, p.payload_id))
      from app.project_payloads as p
     where p.sha256 is distinct from app.snapshot_sha256(p.config, p.files, p.cost_snapshot)
    having count(*) > 0;
end
$function$;
comment on function ops.find_row_faults(boolean) is
    'Rows that break a declared check, foreign key or unique index, or the hash of a payload.';

-- Objects that do not do what they are there for: indexes, constraints, tables and partitions.
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
comment on function ops.find_object_faults() is
    'Indexes, constraints, tables and partitions that are invalid, missing or open to others.';

-- What is about to run out or to slow down: numbers, transaction ids, space, statistics.
--
--     select object, detail from ops.find_capacity_faults() where check_name = 'sequences';
--     -- (no rows)
--
create function ops.find_capacity_faults()
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
        'sequences', format('%I.%I', s.schemaname, s.sequencename), 1::bigint,
        format('is at %s of %s', s.last_value, s.max_value)
      from pg_sequences as s
     where s.last_value > 0.8 * s.max_value
       and not s.cycle
    union all
    select
        'transaction-ids', d.datname, 1,
        format('its oldest row is %s transactions old; writes stop at 2,000 million',
               age(d.datfrozenxid))
      from pg_database as d
     where age(d.datfrozenxid) > 1000000000
    union all
    select
        'transaction-ids', d.datname || ' (multixact)', 1,
        format('its oldest multixact is %s old; writes stop at 2,000 million',
               mxid_age(d.datminmxid))
      from pg_database as d
     where mxid_age(d.datminmxid) > 1000000000
    union all
    select
        'bloat', s.relid::regclass::text, s.n_dead_tup,
        format('%s of %s rows are dead', s.n_dead_tup, s.n_dead_tup + s.n_live_tup)
      from pg_stat_all_tables as s
     where s.schemaname in ('app', 'catalog', 'ops')
       and s.n_dead_tup > 20000
       and s.n_dead_tup > 0.3 * s.n_live_tup
    union all
    -- A page holds what its header leaves; a row has a header of 24 bytes and a line pointer of 4.
    -- A table is left out that has columns of varying width without statistics.
    select
        'bloat', estimate.relation::text, estimate.pages - estimate.needed,
        format('has %s pages where its rows need some %s', estimate.pages, estimate.needed)
      from (
              select
                  c.oid::regclass as relation,
                  c.relpages::bigint as pages,
                  ceil(c.reltuples * (28 + sum(
                      coalesce(
                          column_statistics.avg_width * (1 - column_statistics.null_frac),
                          a.attlen
                      )
                  )) / 8168)::bigint as needed
                from pg_class as c
                join pg_namespace as n on n.oid = c.relnamespace
                join pg_attribute as a
                  on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                left join pg_stats as column_statistics
                  on column_statistics.schemaname = n.nspname
                 and column_statistics.tablename  = c.relname
                 and column_statistics.attname    = a.attname
               where n.nspname in ('app', 'catalog', 'ops')
                 and c.relkind in ('r', 'm')
                 and c.reltuples >= 0
               group by c.oid
              having bool_and(a.attlen > 0 or column_statistics.avg_width is not null)
           ) as estimate
     where estimate.pages > 1000
       and estimate.pages > 3 * estimate.needed
    union all
    select
        'statistics', s.relid::regclass::text, s.n_mod_since_analyze,
        format('%s rows changed since its statistics were taken', s.n_mod_since_analyze)
      from pg_stat_all_tables as s
      join pg_class as c on c.oid = s.relid
     where s.schemaname in ('app', 'catalog', 'ops')
       and c.relkind in ('r', 'm')
       and s.n_mod_since_analyze > 20000
       and s.n_mod_since_analyze > 0.3 * greatest(c.reltuples, 0)
    union all
    select
        'statistics', c.oid::regclass::text, 1,
        'has no statistics as a whole, and its partitions have rows'
      from pg_class as c
     where c.relkind = 'p'
       and c.reltuples < 0
       and c.relnamespace in ('app'::regnamespace, 'ops'::regnamespace)
       and exists (
               select
                 from pg_inherits as h
                 join pg_class as partition on partition.oid = h.inhrelid
                where h.inhparent = c.oid
                  and partition.reltuples > 10000
           );
end;
comment on function ops.find_capacity_faults() is
    'Sequences and transaction ids near their end, bloat, and statistics that are stale.';

-- Every check of what the database holds, a row each, with what it found.
--
-- The thorough checks read every row and hash every event and payload: minutes for a million
-- projects. Changes nothing, and keeps nobody waiting.
--
--     select check_name, findings from ops.check_integrity()
--      where severity = 'error' and violations > 0;
--     -- (no rows)
--
create function ops.check_integrity(is_thorough boolean default true)
    returns table (
        check_name text,
        severity   text,
        violations bigint,
        findings   text[],
        remedy     text
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    with declared (check_name, severity, is_thorough, remedy) as (
        values
            ('orphans', 'error', false,
             'Restore the rows that are referred to from a backup, or remove what refers to them.'),
            ('checks', 'error', false,
             'Correct the rows; look for who wrote them with triggers and checks switched off.'),
            ('duplicates', 'error', true,
             'Find out which row is right, remove the other, then reindex: the index is broken.'),
            ('payload-hashes', 'error', true,
             'Restore the payloads from a backup: designs were changed, or the disk fails.'),
            ('event-chains', 'error', true,
             'Run tooling audit verify, and see docs/explanation/audit-log.md.'),
            ('invalid-indexes', 'error', false,
             'Drop the index concurrently and make it again.'),
            ('unvalidated-constraints', 'error', false,
             'alter table … validate constraint …; it keeps nobody waiting.'),
            ('unlogged-tables', 'error', false, 'alter table … set logged.'),
            ('access', 'error', false,
             'Run tooling preflight --check access: it says how to close each.'),
            ('partitions', 'error', false,
             'Run tooling partition ensure, or finish the detachment.'),
            ('retirements', 'warning', false, 'Run tooling partition retire again: it goes on.'),
            ('missed-months', 'warning', false,
             'See why the job partition-ensure did not run: tooling job list.'),
            ('sequences', 'error', false, 'alter sequence … as bigint maxvalue …, or cycle.'),
            ('transaction-ids', 'error', false,
             'End what holds old rows (long transactions, replication slots), then vacuum freeze.'),
            ('bloat', 'warning', false,
             'See why autovacuum falls behind; vacuum, and repack what stays large.'),
            ('statistics', 'warning', false,
             'analyze the table; the job analyze-partitioned does it for partitioned ones.')
    ),

    found as (
        select * from ops.find_row_faults(check_integrity.is_thorough)
        union all
        select * from ops.find_object_faults()
        union all
        select * from ops.find_capacity_faults()
        union all
        select
            'event-chains',
            format('account %s, project %s', v.chain_account_id, v.chain_project_id),
            1,
            format('position %s: %s', v.chain_position, v.problem)
          from ops.verify_event_chain() as v
         where check_integrity.is_thorough
    )

    select
        d.check_name,
        d.severity,
        coalesce(sum(f.violations), 0)::bigint,
        coalesce(
            (array_agg(f.object || ': ' || f.detail order by f.object, f.detail)
                filter (where f.object is not null))[:20],
            '{}'
        ),
        d.remedy
      from declared as d
      left join found as f on f.check_name = d.check_name
     where check_integrity.is_thorough or not d.is_thorough
     group by d.check_name, d.severity, d.remedy
     order by d.severity, d.check_name;
end;
comment on function ops.check_integrity(boolean) is
    'Every check of what the database holds: how bad a fault is, how many there are, '
    'up to 20 of them, and what to do.';
