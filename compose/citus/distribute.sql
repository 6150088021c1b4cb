-- Makes a migrated database on one server a distributed one: psql as a superuser, on the coordinator.
-- It may be run again after an interruption; once it has been through, there is nothing to do.
--
-- All tables go in one transaction. Writers wait from its beginning to its end, readers go on.
\set ON_ERROR_STOP on

select count(*) = 0 as is_single from pg_extension where extname = 'citus' \gset
\if :is_single
    create extension citus;
\endif

-- A policy of a distributed table holds no sub-select: with the extension, this writes them without.
select ops.isolate();

-- Online moves of shards; servers of before PostgreSQL 18.6 do not ask.
select 'alter system set output_plugin_libraries = citus, pgoutput, test_decoding'
  from pg_settings
 where name = 'output_plugin_libraries'
   and setting !~ '\mcitus\M'
\gexec
select pg_reload_conf();

select citus_set_coordinator_host('coordinator', 5432);
select citus_add_node(node, 5432) from unnest(array['worker1', 'worker2']) as node;
-- Shards are kept by the workers.
select citus_set_node_property('coordinator', 5432, 'shouldhaveshards', false);

begin;
-- What is copied was recorded before: triggers on the shards, which come before the rows, must not
-- record it again, nor count it, nor chain it anew.
set local citus.propagate_set_commands = 'local';
set local session_replication_role = 'replica';
set local citus.enable_unsafe_triggers = on;
set local citus.enable_local_reference_table_foreign_keys = off;
set local statement_timeout = 0;
select string_agg(p.relation, ', ' order by p.relation) as relations
  from ops.table_placements as p
 where p.placement in ('tenant', 'reference') \gset
lock table :relations in exclusive mode;
select s.statement
  from ops.distribution_statements() as s
 where not exists (select from pg_dist_partition as d where d.logicalrelid = s.relation::regclass)
 order by s.step
\gexec
commit;

-- The rows of before are still on the coordinator's disk, where nothing shows them.
set session_replication_role = 'replica';
select format('select truncate_local_data_after_distributing_table(%L)', s.relation)
  from ops.distribution_statements() as s
 order by s.step desc
\gexec
reset session_replication_role;
refresh materialized view app.project_stats;
