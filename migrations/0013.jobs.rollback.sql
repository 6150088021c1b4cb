drop function ops.analyze_partitioned_tables();
drop function ops.finish_job(uuid, integer, text, jsonb);
drop function ops.begin_job(text, timestamptz);
drop view ops.job_status;
drop table ops.job_runs;
drop table ops.jobs;
delete from ops.table_placements where relation in ('ops.jobs', 'ops.job_runs');
