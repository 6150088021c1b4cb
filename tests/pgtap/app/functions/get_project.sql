begin;
select plan(6);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.get_project'),
    '(account_id uuid, project_id uuid) returns app.projects, stable, security invoker',
    'a project is read by its key'
);
set local role eagle_application;
select throws_ok(
    'select app.get_project(pg_temp.ana(), pg_temp.ana_project())',
    'ES005', 'the transaction is not set to this account',
    'no project is read until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select app.get_project(pg_temp.ana(), pg_temp.bob_project())',
    'P0002', 'there is no project b1000000-0000-7000-8000-000000000000 in this account',
    'a project of another account is not there'
);
select is(
    (pg_temp.error_of('select app.get_project(pg_temp.ana(), pg_temp.bob_project())')).hint,
    'Check the project and the account that the transaction is set to.',
    'the refusal tells what to check'
);
select results_eq(
    'select * from app.get_project(pg_temp.ana(), pg_temp.ana_project())',
    'select * from app.projects',
    'a project is read with all of its columns'
);
set local role eagle_reader;
select is(
    (app.get_project(pg_temp.ana(), pg_temp.ana_project())).etag, pg_temp.ana_etag(),
    'a reader reads it too'
);

select * from finish();
rollback;
