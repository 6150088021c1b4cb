begin;
select plan(4);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.repair_partitions'),
    '(account_id uuid) returns boolean, volatile, security definer',
    'a refused writer has the missing partition made by the owner'
);
set local role eagle_application;
select throws_ok(
    $$ select ops.repair_partitions(pg_temp.ana()) $$,
    'ES005', null,
    'a stranger reports nothing'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select ok(ops.repair_partitions(pg_temp.ana()), 'after the report the write can be tried again');
reset role;
select results_eq(
    'select relation, misses from ops.missed_months',
    $$ values ('app.project_events', 1::bigint) $$,
    'the report is counted'
);

select * from finish();
rollback;
