begin;
select plan(1);
\ir ../shape.psql

select set_eq(
    $$ select * from pg_temp.grants_in('ops') $$,
    $$ values
        ('eagle_application', 'repair_partitions()', 'execute'),
        ('eagle_application', 'schema', 'usage'),
        ('eagle_application', 'uuid_v7()', 'execute'),
        ('eagle_auditor', 'check_access()', 'execute'),
        ('eagle_auditor', 'missed_months', 'select'),
        ('eagle_auditor', 'partition_bounds()', 'execute'),
        ('eagle_auditor', 'partition_policies', 'select'),
        ('eagle_auditor', 'partitions', 'select'),
        ('eagle_auditor', 'retired_partitions', 'select'),
        ('eagle_auditor', 'schema', 'usage'),
        ('eagle_auditor', 'table_placements', 'select'),
        ('eagle_auditor', 'verify_event_chain()', 'execute'),
        ('eagle_operator', 'attach_retired_partition()', 'execute'),
        ('eagle_operator', 'begin_retirement()', 'execute'),
        ('eagle_operator', 'check_access()', 'execute'),
        ('eagle_operator', 'create_month_partition()', 'execute'),
        ('eagle_operator', 'detach_statement()', 'execute'),
        ('eagle_operator', 'drop_retired_partition()', 'execute'),
        ('eagle_operator', 'ensure_partitions()', 'execute'),
        ('eagle_operator', 'finish_detachment()', 'execute'),
        ('eagle_operator', 'missed_months', 'select'),
        ('eagle_operator', 'partition_bounds()', 'execute'),
        ('eagle_operator', 'partition_policies', 'delete, insert, select, update'),
        ('eagle_operator', 'partitions', 'select'),
        ('eagle_operator', 'partitions_due()', 'execute'),
        ('eagle_operator', 'record_archive()', 'execute'),
        ('eagle_operator', 'refresh_project_stats()', 'execute'),
        ('eagle_operator', 'retired_partitions', 'select'),
        ('eagle_operator', 'schema', 'usage'),
        ('eagle_operator', 'table_placements', 'select'),
        ('eagle_operator', 'uuid_v7()', 'execute'),
        ('eagle_operator', 'verify_event_chain()', 'execute') $$,
    'nobody may do anything in ops but what is granted here'
);

select * from finish();
rollback;
