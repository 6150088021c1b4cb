"""Queries for faults of a server; each row is a fault, a sentence about it and a remedy."""

from tooling.metrics.fault_settings import SETTINGS

CHECKSUMS = """
select 'checksum-failures',
       format('%s pages of %s failed their checksum', d.checksum_failures,
              coalesce('database ' || d.datname, 'the shared catalogs')),
       'Restore the newest backup beside it: `tooling restore --to FOLDER`.'
  from pg_catalog.pg_stat_database as d
 where d.checksum_failures > 0
"""

# A provider that no longer knows a version is as bad as another version.
COLLATIONS = """
select 'collation-version',
       format('database %s was made with version %s of its collation, the system has %s',
              d.datname, d.datcollversion, coalesce(v.actual, 'none')),
       format('reindex database %1$I; then alter database %1$I refresh collation version',
              d.datname)
  from pg_catalog.pg_database as d
 cross join pg_database_collation_actual_version(d.oid) as v (actual)
 where d.datcollversion <> coalesce(v.actual, '')
union all
select 'collation-version',
       format('collation %s was made with version %s, the system has %s',
              c.oid::regcollation, c.collversion, coalesce(v.actual, 'none')),
       format('Reindex what uses it; then alter collation %s refresh version',
              c.oid::regcollation)
  from pg_catalog.pg_collation as c
 cross join pg_collation_actual_version(c.oid) as v (actual)
 where c.collversion <> coalesce(v.actual, '')
   and exists (
           select
             from pg_catalog.pg_attribute as a
             join pg_catalog.pg_class as r on r.oid = a.attrelid
            where a.attcollation = c.oid
              and r.relnamespace not in ('pg_catalog'::regnamespace,
                                         'information_schema'::regnamespace)
       )
"""

ARCHIVER = """
select 'archiving-fails',
       case
           when c.is_empty then 'archive_mode is on without archive_command or archive_library'
           else format('WAL file %s could not be archived, at the latest %s',
                       a.last_failed_wal, a.last_failed_time)
       end,
       'Set archive_command; the server log has its messages. WAL is kept until it succeeds.'
  from pg_catalog.pg_stat_archiver as a
 cross join (
           select bool_and(s.reset_val = '') as is_empty
             from pg_catalog.pg_settings as s
            where s.name in ('archive_command', 'archive_library')
       ) as c
 where current_setting('archive_mode') <> 'off'
   and (c.is_empty or a.last_failed_time > coalesce(a.last_archived_time, '-infinity'))
"""

# Reading the files marks what waits for a restart in this session, where it is no error; the
# subquery is evaluated after that.
CONFIGURATION = """
select 'configuration-broken',
       concat_ws(' ', f.sourcefile, 'line', f.sourceline) || ': '
       || concat_ws(': ', f.name, f.error),
       'Correct the line: the server would not start again.'
  from pg_catalog.pg_file_settings as f
 where f.error is not null
   and coalesce((select s.pending_restart
                   from pg_catalog.pg_settings as s
                  where s.name = f.name), false) = false
"""

RESTART = """
select 'restart-pending', format('%s has changed and needs a restart', s.name),
       'Restart the server, or set it back.'
  from pg_catalog.pg_settings as s
 where s.pending_restart
"""

ROLES = r"""
with needed as (
    select r.oid, r.rolname, r.rolcanlogin, r.rolconnlimit, r.rolvaliduntil,
           r.rolname like 'eagle\_%' and r.rolname <> 'eagle_owner' as is_ours
      from pg_catalog.pg_roles as r
     where r.rolname <> 'eagle_owner'
       and (r.rolname like 'eagle\_%' or r.rolcanlogin and (r.rolsuper or r.rolreplication))
)

select 'login-impossible', format('%s cannot log in: %s', n.rolname, wrong.what),
       format(wrong.remedy, n.rolname, current_database())
  from needed as n
 cross join lateral (
           values
               (not n.rolcanlogin, 'it is NOLOGIN', 'alter role %1$I login'),
               (n.rolconnlimit = 0, 'its connection limit is 0',
                'Run alter role %1$I connection limit N; sql/roles.sql has the number.'),
               (not has_database_privilege(n.oid, current_database(), 'connect'),
                'it lacks CONNECT on this database', 'grant connect on database %2$I to %1$I')
       ) as wrong (is_so, what, remedy)
 where n.is_ours
   and wrong.is_so
union all
select 'login-impossible', format('database %s accepts no connections', d.datname),
       format('alter database %I allow_connections true connection limit -1', d.datname)
  from pg_catalog.pg_database as d
 where d.datname = current_database()
   and (not d.datallowconn or d.datconnlimit = 0)
union all
select case when n.rolvaliduntil <= now() then 'password-expired' else 'password-expires' end,
       format('the password of %s is valid until %s', n.rolname, n.rolvaliduntil),
       format('Set another one (docs/how-to/set-passwords.md), and alter role %I valid until '
              '''infinity''', n.rolname)
  from needed as n
 where n.rolvaliduntil < now() + interval '14 days'
"""

# An upgrade before PostgreSQL 18 leaves neither rows in pg_statistic nor numbers in pg_class.
# Autovacuum analyzes a table after 50 changes that were counted.
STATISTICS = """
select 'statistics-missing', format('%s has never been analyzed', c.oid::regclass),
       'vacuumdb --all --analyze-in-stages'
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where n.nspname in ('app', 'catalog', 'ops')
   and c.relkind in ('r', 'm')
   and c.reltuples < 0
   and pg_stat_get_mod_since_analyze(c.oid) <= 50
   and pg_relation_size(c.oid) > 64 * 1024
"""

REPLAY = """
select 'replay-paused', 'replay of WAL is paused: a failover would wait for it',
       'select pg_wal_replay_resume()'
 where case
           when pg_is_in_recovery() then pg_get_wal_replay_pause_state() <> 'not paused'
           else false
       end
"""

DATABASES = """
select 'database-invalid', format('database %s was dropped in part', d.datname),
       format('drop database %I', d.datname)
  from pg_catalog.pg_database as d
 where d.datconnlimit = -2
"""

ALL = (
    SETTINGS,
    CHECKSUMS,
    COLLATIONS,
    ARCHIVER,
    CONFIGURATION,
    RESTART,
    ROLES,
    STATISTICS,
    REPLAY,
    DATABASES,
)
