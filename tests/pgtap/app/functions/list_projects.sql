begin;
select plan(10);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.list_projects'),
    '(account_id uuid, status app.project_status, count integer DEFAULT 100)'
    ' returns SETOF app.projects, stable, security definer',
    'projects are listed by status'
);

insert into app.projects (account_id, name, status, created_by, updated_by, created_at, updated_at)
values
    (pg_temp.ana(), 'Old', 'draft', 'ana', 'ana', '2020-01-01', '2020-01-01'),
    (pg_temp.ana(), 'Older', 'draft', 'ana', 'ana', '2019-01-01', '2019-01-01'),
    (pg_temp.ana(), 'Sent', 'submitted', 'ana', 'ana', '2020-01-01', '2020-01-01');

set local role eagle_application;
select throws_ok(
    $$ select app.list_projects(pg_temp.ana(), 'draft') $$,
    'ES005', 'the transaction is not set to this account',
    'nothing is listed until the transaction says whom it works for'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.list_projects(pg_temp.ana(), 'draft') $$,
    'ES005', 'the transaction is not set to this account',
    'nothing is listed of another account than that of the transaction'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    $$ select name from app.list_projects(pg_temp.ana(), 'draft') $$,
    array['Harbour sign', 'Old', 'Older'],
    'the projects of a status are listed, last changed first'
);
select results_eq(
    $$ select name from app.list_projects(pg_temp.ana(), 'draft', count => 2) $$,
    array['Harbour sign', 'Old'],
    'no more are listed than were asked for'
);
select is_empty(
    $$ select * from app.list_projects(pg_temp.ana(), 'accepted') $$,
    'a status without projects has an empty list'
);
set local role eagle_reader;
select results_eq(
    $$ select name from app.list_projects(pg_temp.ana(), 'submitted') $$, array['Sent'],
    'a reader lists projects too'
);
set local role eagle_operator;
select throws_ok(
    $$ select * from app.list_projects(pg_temp.ana(), 'draft') $$,
    '42501', 'permission denied for function list_projects',
    'an operator does not'
);

reset role;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.list_projects(pg_temp.ana(), 'draft', 1001) $$,
    '22023', 'count must be from 1 to 1000',
    'a list has at most 1,000 projects'
);
select throws_ok(
    $$ select app.list_projects(pg_temp.ana(), 'draft', null) $$,
    '22023', 'count must be from 1 to 1000',
    'and it has an end'
);

select * from finish();
rollback;
