-- All privileges of roles in the schema ops: privileges that are not granted here are revoked.
select ops.revoke_grants('ops');

grant usage on schema ops
   to eagle_application, eagle_auditor, eagle_operator, eagle_exporter, eagle_indexer;

-- Functions in defaults and checks of a table run as the role that writes.
grant execute on function
    ops.json_fits(jsonb, integer),
    ops.uuid_v7()
   to eagle_application, eagle_operator;
grant execute on function ops.is_schedule(text) to eagle_operator;

grant select on
    ops.table_placements, ops.partition_policies, ops.partitions, ops.retired_partitions,
    ops.missed_months, ops.jobs, ops.job_runs, ops.job_status
   to eagle_operator, eagle_auditor;
grant select on ops.evidence to eagle_auditor;
grant execute on function ops.payload_hashes(uuid, uuid) to eagle_auditor;
-- The privilege to update some columns does not permit LOCK TABLE; those to update or delete from a
-- table permit all of its modes.
grant insert on ops.partition_policies to eagle_operator;
grant update (months_ahead, months_retained, on_retirement, period)
    on ops.partition_policies
    to eagle_operator;
grant update (schedule, late_after, time_limit, is_enabled) on ops.jobs to eagle_operator;
grant execute on function
    ops.create_time_partitions(text, date),
    ops.ensure_partitions(date),
    ops.require_own_relation(text),
    ops.recount_project_totals(),
    ops.fold_project_totals(),
    ops.refresh_project_stats(),
    ops.partitions_due(),
    ops.begin_retirement(text, text),
    ops.detach_statement(text),
    ops.finish_detachment(text),
    ops.record_archive(text, text, text, text, bigint),
    ops.drop_retired_partition(text),
    ops.attach_retired_partition(text),
    ops.begin_job(text, timestamptz),
    ops.finish_job(uuid, integer, text, jsonb),
    ops.analyze_partitioned_tables(),
    ops.check_integrity(boolean),
    ops.record_catalog_rows(),
    ops.distribution_statements()
   to eagle_operator;
-- Monitoring calls a function, and reads no table.
grant execute on function ops.metrics() to eagle_exporter;
-- Project search holds documents of every account; its feed reads nothing else.
grant execute on function
    ops.find_changed_projects(timestamptz),
    ops.page_projects(uuid, uuid, integer),
    ops.project_documents(uuid[], uuid[])
   to eagle_indexer;
grant execute on function ops.repair_partitions(uuid) to eagle_application;
grant execute on function
    ops.partition_bounds(regclass),
    ops.verify_event_chain(uuid, uuid),
    ops.verify_project_totals(),
    ops.tenant_policies(),
    ops.check_access()
   to eagle_auditor, eagle_operator;

-- Policies of new tables are created in the form that isolates accounts.
select ops.isolate();
