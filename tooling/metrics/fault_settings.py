"""The query for settings that endanger data or stop work: of the server, a database or a role."""

# A setting counts as its server begins sessions with, and as it is set for a role or a database.
SETTINGS = r"""
with bad (fault, name, value) as (
    values
        ('durability-off',  'fsync',                         'off'),
        ('durability-off',  'full_page_writes',              'off'),
        ('durability-off',  'synchronous_commit',            'off'),
        ('damage-ignored',  'zero_damaged_pages',            'on'),
        ('damage-ignored',  'ignore_checksum_failure',       'on'),
        ('damage-ignored',  'ignore_invalid_pages',          'on'),
        ('damage-ignored',  'allow_system_table_mods',       'on'),
        ('checksums-off',   'data_checksums',                'off'),
        ('triggers-off',    'session_replication_role',      'replica'),
        ('triggers-off',    'event_triggers',                'off'),
        ('read-only',       'default_transaction_read_only', 'on'),
        ('no-backups',      'wal_level',                     'minimal'),
        ('no-backups',      'max_wal_senders',               '0'),
        ('autovacuum-off',  'autovacuum',                    'off'),
        ('autovacuum-off',  'track_counts',                  'off')
),

-- A role's setting is kept as it was written.
written (value, pattern) as (
    values
        ('on', '^(on|t|tr|tru|true|y|ye|yes|1)$'),
        ('off', '^(off|of|f|fa|fal|fals|false|n|no|0)$')
)

select b.fault, format('%s is %s', b.name, b.value),
       case
           when s.name = 'data_checksums' then 'Stop the server and run pg_checksums --enable.'
           else format('alter system set %s = %L; %s', s.name, s.boot_val,
                       case s.context
                           when 'postmaster' then 'restart the server'
                           else 'select pg_reload_conf()'
                       end)
       end
  from bad as b
  join pg_catalog.pg_settings as s on s.name = b.name
 where s.reset_val = b.value
   and s.source not in ('database', 'user', 'database user', 'client')
union all
select b.fault,
       format('%s is %s for %s', b.name, b.value,
              concat_ws(' in ', nullif(d.setrole, 0)::regrole,
                        'database ' || quote_ident(o.datname))),
       format('alter %s reset %s',
              case
                  when d.setrole = 0 then format('database %I', o.datname)
                  else concat_ws(' ', 'role', d.setrole::regrole,
                                 'in database ' || quote_ident(o.datname))
              end, b.name)
  from pg_catalog.pg_db_role_setting as d
  left join pg_catalog.pg_database as o on o.oid = d.setdatabase
 cross join unnest(d.setconfig) as c (assignment)
  join bad as b on b.name = split_part(c.assignment, '=', 1)
  left join written as w on w.value = b.value
 where split_part(c.assignment, '=', 2) ~* coalesce(w.pattern, format('^%s$', b.value))
   and (d.setdatabase = 0 or o.datname = current_database())
"""
