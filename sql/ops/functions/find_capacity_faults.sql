-- Resources that will run out or become slow: numbers, transaction ids, space, statistics.
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
    -- The space of a page is its size less its header; a row has a header of 24 bytes and a line
    -- pointer of 4. Tables that have columns of variable width without statistics are left out.
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
