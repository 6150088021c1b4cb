begin;
select plan(7);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.page_projects'),
    '(account_id uuid DEFAULT ''00000000-0000-0000-0000-000000000000''::uuid, '
    'project_id uuid DEFAULT ''00000000-0000-0000-0000-000000000000''::uuid, '
    'size integer DEFAULT 1000) '
    'returns TABLE(next_account_id uuid, next_project_id uuid), stable, security definer',
    'project search pages through keys'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.page_projects()',
    '42501', 'permission denied for function page_projects',
    'the application is not told the keys of others'
);

set local role eagle_indexer;
select results_eq(
    'select * from ops.page_projects()',
    $$ values
        (pg_temp.ana(), pg_temp.ana_project()),
        (pg_temp.bob(), pg_temp.bob_project()) $$,
    'the projects of all accounts come in the order of their keys'
);
select results_eq(
    'select * from ops.page_projects(size => 1)',
    $$ values (pg_temp.ana(), pg_temp.ana_project()) $$,
    'a page has so many and no more'
);
select results_eq(
    'select * from ops.page_projects(pg_temp.ana(), pg_temp.ana_project(), 1)',
    $$ values (pg_temp.bob(), pg_temp.bob_project()) $$,
    'the next page begins after the last key of the page before'
);
select is_empty(
    'select * from ops.page_projects(pg_temp.bob(), pg_temp.bob_project())',
    'after the last one there is none'
);

reset role;
set local role eagle_indexer;
select throws_ok(
    $$ select ops.page_projects(size => 10001) $$,
    '22023', 'size must be from 1 to 10000',
    'a page has at most 10,000 keys'
);

select * from finish();
rollback;
