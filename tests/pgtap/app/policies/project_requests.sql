begin;
select plan(3);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.policies_of('app.project_requests') $$,
    $$ values ('project_requests_audit', 'select', 'eagle_auditor', 'true', '') $$,
    'only an auditor has the requests'
);
insert into app.project_requests
values (pg_temp.ana(), 'k', 1, pg_temp.ana_project(), sha256('k')),
       (pg_temp.bob(), 'k', 1, pg_temp.bob_project(), sha256('k'));
set local role eagle_reader;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select * from app.project_requests', '42501', 'permission denied for table project_requests',
    'a reader does not see a request'
);
set local role eagle_auditor;
select is(
    (select count(*) from app.project_requests), 2::bigint, 'an auditor sees every request'
);

select * from finish();
rollback;
