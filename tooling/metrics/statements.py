"""Statements that read PostgreSQL's statistics; each row is a metric, labels and a value.

The role eagle_exporter may run them all: it is a member of pg_monitor and may call ops.metrics().
Counters grow until statistics are reset, as PostgreSQL's views have them.
"""

from tooling.backup import follow
from tooling.metrics.horizon import AGES, HORIZON

TABLES = "select metric, labels, value from ops.metrics()"

ACTIVITY = """
select number.metric, '{}'::jsonb, number.value
  from (
           select
               count(*) filter (where a.wait_event_type = 'Lock') as waiting,
               max(extract(epoch from clock_timestamp() - w.waitstart)) as waited
             from pg_stat_activity as a
             left join lateral (
                       select min(l.waitstart) as waitstart
                         from pg_locks as l
                        where l.pid = a.pid
                          and not l.granted
                  ) as w on a.wait_event_type = 'Lock'
            where a.pid <> pg_backend_pid()
       ) as seen
 cross join lateral (
           values
           ('lock_waiters', seen.waiting::double precision),
           ('lock_longest_wait_seconds', coalesce(seen.waited, 0))
       ) as number (metric, value)
union all
select 'transaction_longest_seconds', jsonb_build_object('role', a.usename),
       extract(epoch from clock_timestamp() - min(a.xact_start))
  from pg_stat_activity as a
 where a.backend_type = 'client backend'
   and a.xact_start is not null
   and a.pid <> pg_backend_pid()
 group by a.usename
"""

BLOCKS = """
select number.metric, jsonb_build_object('result', number.result), number.value
  from (
           select sum(s.idx_blks_hit) as index_hit, sum(s.idx_blks_read) as index_read,
                  sum(s.heap_blks_hit) as table_hit, sum(s.heap_blks_read) as table_read
             from pg_statio_user_tables as s
       ) as total
 cross join lateral (
           values
           ('index_blocks_total', 'hit', coalesce(total.index_hit, 0)::double precision),
           ('index_blocks_total', 'read', coalesce(total.index_read, 0)),
           ('table_blocks_total', 'hit', coalesce(total.table_hit, 0)),
           ('table_blocks_total', 'read', coalesce(total.table_read, 0))
       ) as number (metric, result, value)
"""

RELATIONS = """
select number.metric,
       jsonb_build_object('relation', format('%I.%I', s.schemaname, s.relname)), number.value
  from pg_stat_user_tables as s
 cross join lateral (
           values
           ('relation_live_rows', s.n_live_tup::double precision),
           ('relation_dead_rows', s.n_dead_tup),
           ('relation_bytes', pg_total_relation_size(s.relid)),
           ('relation_sequential_scans_total', s.seq_scan),
           ('relation_index_scans_total', s.idx_scan),
           ('relation_vacuum_timestamp_seconds',
            extract(epoch from greatest(s.last_vacuum, s.last_autovacuum)))
       ) as number (metric, value)
 where number.value is not null
   and s.schemaname in ('app', 'catalog', 'ops')
union all
select 'indexes_invalid', '{}', count(*)::double precision
  from pg_index as i
 where not i.indisvalid
"""

# Statements that define things may hold passwords, and are not normalized on every version.
STATEMENTS = """
select number.metric,
       jsonb_build_object('queryid', top.queryid::text, 'role', top.role, 'statement', top.text),
       number.value
  from (
           select s.queryid, coalesce(r.rolname, '?') as role, s.calls, s.total_exec_time, s.rows,
                  left(regexp_replace(btrim(s.query), '\\s+', ' ', 'g'), 160) as text
             from public.pg_stat_statements as s
             left join pg_roles as r on r.oid = s.userid
            where s.dbid = (select oid from pg_database where datname = current_database())
              and s.toplevel
              and s.queryid is not null
              and s.query ~* '^\\s*(select|insert|update|delete|merge|with)\\M'
            order by s.total_exec_time desc
            limit 25
       ) as top
 cross join lateral (
           values
           ('statement_calls_total', top.calls::double precision),
           ('statement_seconds_total', top.total_exec_time / 1000),
           ('statement_rows_total', top.rows)
       ) as number (metric, value)
"""

REPLICATION = """
with here as (
    select case
               when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn()
           end as lsn
)

select number.metric, jsonb_build_object('slot', s.slot_name), number.value
  from pg_replication_slots as s
 cross join here
 cross join lateral (
           values
           ('replication_slot_active', s.active::integer::double precision),
           ('replication_slot_lost', is_lost::integer),
           ('replication_slot_retained_bytes',
            coalesce(pg_wal_lsn_diff(here.lsn, s.restart_lsn), 0))
       ) as number (metric, value)
union all
select 'replication_lag_bytes',
       jsonb_build_object('application_name', r.application_name, 'sync_state', r.sync_state),
       pg_wal_lsn_diff(here.lsn, coalesce(r.flush_lsn, r.sent_lsn))::double precision
  from pg_stat_replication as r
 cross join here
 where r.state in ('catchup', 'streaming')
   and coalesce(r.flush_lsn, r.sent_lsn) is not null
union all
select number.metric, '{}', number.value
  from (
           select count(*) filter (where r.sync_state in ('sync', 'quorum')) as connected
             from pg_stat_replication as r
            where r.state = 'streaming'
       ) as sync
 cross join here
 cross join lateral (
           values
           ('synchronous_standbys_wanted',
            (current_setting('synchronous_standby_names') <> '')::integer::double precision),
           ('synchronous_standbys', sync.connected),
           ('is_standby', pg_is_in_recovery()::integer),
           ('timeline',
            case
                when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint())
                else ('x' || left(pg_walfile_name(here.lsn), 8))::bit(32)::integer
            end),
           ('wal_bytes', (select sum(w.size) from pg_ls_waldir() as w)),
           ('wal_limit_bytes', pg_size_bytes(current_setting('max_wal_size'))),
           ('wal_written_bytes_total', pg_wal_lsn_diff(here.lsn, '0/0'))
       ) as number (metric, value)
""".replace("is_lost", follow.IS_LOST)

# Without these roles the views of statistics have nulls, and no error says so.
PRIVILEGES = """
select 'privileges_missing', '{}'::jsonb, count(*)::double precision
  from unnest('{pg_read_all_stats,pg_read_all_settings}'::text[]) as needed (role)
 where not pg_has_role(needed.role, 'usage')
"""

SERVER = """
select 'connections', jsonb_build_object('state', coalesce(a.state, 'unknown')),
       count(*)::double precision
  from pg_stat_activity as a
 where a.backend_type = 'client backend'
 group by 2
union all
select number.metric, '{}', number.value
  from (
           select sum(d.xact_commit) as commits, sum(d.xact_rollback) as rollbacks
             from pg_stat_database as d
            where d.datname is not null
       ) as done
 cross join lateral (
           values
           ('connections_limit', current_setting('max_connections')::double precision),
           ('commits_total', done.commits),
           ('rollbacks_total', done.rollbacks),
           ('database_bytes', pg_database_size(current_database())),
           ('server_started_timestamp_seconds', extract(epoch from pg_postmaster_start_time()))
       ) as number (metric, value)
"""

ALL = {
    "tables": TABLES,
    "server": SERVER,
    "activity": ACTIVITY,
    "blocks": BLOCKS,
    "relations": RELATIONS,
    "statements": STATEMENTS,
    "replication": REPLICATION,
    "ages": AGES,
    "horizon": HORIZON,
    "privileges": PRIVILEGES,
}
"""Each by the part that is said not to have been read if it fails."""
