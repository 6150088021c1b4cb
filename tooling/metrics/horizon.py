"""Statements about old rows: how old the oldest is, and what keeps vacuum from removing more."""

AGES = """
select number.metric, jsonb_build_object('datname', d.datname), number.value
  from pg_database as d
 cross join lateral (
           values
           ('database_xid_age', age(d.datfrozenxid)::double precision),
           ('database_multixact_age', mxid_age(d.datminmxid))
       ) as number (metric, value)
"""

# Rows that died after the oldest of these transactions are not vacuumed, in whichever database.
HORIZON = """
select 'oldest_xmin_age', jsonb_build_object('holder', h.holder, 'name', h.name), max(h.age)
  from (
           select 'session' as holder, format('%s in %s', a.usename, a.datname) as name,
                  greatest(age(a.backend_xmin), age(a.backend_xid))::double precision as age
             from pg_stat_activity as a
            where a.pid <> pg_backend_pid()
              and a.backend_type <> 'walsender'
              and a.datname is not null
           union all
           select 'prepared transaction', format('%s in %s', p.gid, p.database),
                  age(p.transaction)
             from pg_prepared_xacts as p
           union all
           select 'replication slot', s.slot_name, greatest(age(s.xmin), age(s.catalog_xmin))
             from pg_replication_slots as s
           union all
           select 'standby', r.application_name, age(r.backend_xmin)
             from pg_stat_replication as r
       ) as h
 where h.age is not null
 group by h.holder, h.name
union all
select 'prepared_transaction_seconds', jsonb_build_object('datname', p.database),
       extract(epoch from clock_timestamp() - min(p.prepared))::double precision
  from pg_prepared_xacts as p
 group by p.database
"""
