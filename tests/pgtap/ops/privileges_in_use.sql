begin;
select plan(16);

set local role eagle_auditor;
select lives_ok(format('select * from ops.%I', relation), 'an auditor reads ops.' || relation)
  from unnest(array['partitions', 'partition_policies', 'table_placements', 'jobs', 'job_runs',
                    'retired_partitions', 'missed_months', 'job_status']) as relation;
select isnt(
    ops.partition_bounds(
        (select p.partition::regclass
           from ops.partitions as p
          where p.relation = 'app.project_events'
          limit 1)
    )::text,
    null,
    'an auditor is told what a partition holds'
);
select is(
    (select count(*) from ops.tenant_policies() as p where not p.is_as_wanted), 0::bigint,
    'an auditor is told that no policy of the tenants differs'
);

set local role eagle_operator;
select is(
    (select count(*) from ops.tenant_policies() as p where not p.is_as_wanted), 0::bigint,
    'so is an operator'
);
select is(ops.json_fits('{}', 2), true, 'an operator is told whether a JSON value fits');
select lives_ok(
    $$ update ops.jobs
          set schedule = schedule, late_after = late_after, time_limit = time_limit,
              is_enabled = is_enabled $$,
    'an operator sets when jobs run, and for how long'
);
select throws_ok(
    $$ update ops.jobs set statement = 'select 1' $$,
    '42501', 'permission denied for table jobs',
    'and not what they do'
);
select lives_ok('select * from ops.check_integrity(false)', 'an operator checks what is stored');

set local role eagle_exporter;
select lives_ok('select * from ops.metrics()', 'the exporter reads numbers');

select * from finish();
rollback;
