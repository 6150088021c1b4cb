begin;
select plan(3);
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
select pg_temp.every_index_is_planned('ops');

select * from finish();
rollback;
