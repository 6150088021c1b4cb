begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.policies_of('app.event_chains') $$,
    $$ values ('event_chains_audit', 'select', 'eagle_auditor', 'true', '') $$,
    'only an auditor has the heads of the chains'
);

set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local role eagle_reader;
select throws_ok(
    'select * from app.event_chains', '42501', 'permission denied for table event_chains',
    'a reader does not see the head of a chain'
);
set local role eagle_operator;
select throws_ok(
    'select * from app.event_chains', '42501', 'permission denied for table event_chains',
    'an operator does not see the head of a chain'
);
set local role eagle_auditor;
select results_eq(
    'select account_id, position from app.event_chains order by account_id',
    'values (pg_temp.ana(), 2::bigint), (pg_temp.bob(), 2)',
    'an auditor sees the head of every chain'
);
select throws_ok(
    'update app.event_chains set position = 0',
    '42501', 'permission denied for table event_chains',
    'an auditor does not move the head of a chain'
);

select * from finish();
rollback;
