begin;
select plan(5);
\ir ../plans.psql

set local role eagle_owner;
select pg_temp.uses_index(
    'ops.table_placements_pkey',
    $$ insert into ops.table_placements as placed (relation, placement)
       values ('app.projects', 'tenant')
           on conflict on constraint table_placements_pkey
           do update set placement = excluded.placement $$,
    'a table that is placed anew is found by its name'
);

-- A database has few policies, which are read whole; the key counts where it has many.
insert into ops.partition_policies (relation, months_ahead)
select 'app.table_' || number, 3 from generate_series(1, 2000) as number;
analyze ops.partition_policies;
select pg_temp.uses_index(
    'ops.partition_policies_pkey',
    $$ select from ops.partition_policies as p where p.relation = 'app.project_events' $$,
    'the policy of a table is found by its name'
);

insert into ops.retired_partitions (partition, relation, starts_at, ends_at, action, row_count)
select 'app.month_' || number, 'app.project_events', now(), now(), 'drop', 0
  from generate_series(1, 2000) as number;
analyze ops.retired_partitions;
select pg_temp.uses_index(
    'ops.retired_partitions_pkey',
    $$ select r.* from ops.retired_partitions as r where r.partition = 'app.month_7' for update $$,
    'the record of a retired partition is found by its name'
);
select pg_temp.uses_index(
    'ops.missed_months_pkey',
    $$ insert into ops.missed_months as m (relation, starts_at, misses)
       values ('app.project_events', '2023-01-01', 1)
           on conflict on constraint missed_months_pkey
           do update set misses = m.misses + 1 $$,
    'a month that was missed before is counted on'
);
select pg_temp.every_index_is_planned('ops');

select * from finish();
rollback;
