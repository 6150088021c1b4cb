begin;
select plan(9);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.find_changed_projects'),
    '(since timestamp with time zone) '
    'returns TABLE(account_id uuid, project_id uuid, version bigint), stable, security definer',
    'project search asks what changed since a moment'
);
set local role eagle_application;
select throws_ok(
    $$ select * from ops.find_changed_projects('-infinity') $$,
    '42501', 'permission denied for function find_changed_projects',
    'the application is not told what others change'
);
set local role eagle_operator;
select throws_ok(
    $$ select * from ops.find_changed_projects('-infinity') $$,
    '42501', 'permission denied for function find_changed_projects',
    'an operator has no part in it'
);

set local role eagle_indexer;
select results_eq(
    $$ select * from ops.find_changed_projects(now()) order by account_id $$,
    $$ values
        (pg_temp.ana(), pg_temp.ana_project(), 1::bigint),
        (pg_temp.bob(), pg_temp.bob_project(), 1) $$,
    'projects of all accounts are named; the designs saved of them change nothing that is searched'
);
reset role;

update app.projects
   set status = 'estimating', updated_by = 'ana@example.com'
 where account_id = pg_temp.ana();
select is(
    (select version from ops.find_changed_projects(now()) where account_id = pg_temp.ana()),
    3::bigint,
    'a change names the place of its own event'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select app.append_event(
    pg_temp.ana(), pg_temp.ana_project(), 'report.generated', 'ana@example.com'
);
select is(
    (select version from ops.find_changed_projects(now()) where account_id = pg_temp.ana()),
    3::bigint,
    'what leaves the project as it is, is passed over'
);
delete from app.projects where account_id = pg_temp.bob();
select is(
    (select version from ops.find_changed_projects(now()) where account_id = pg_temp.bob()),
    3::bigint,
    'a project that is gone is named, too'
);
select is_empty(
    $$ select * from ops.find_changed_projects(clock_timestamp()) $$,
    'what happened before the moment is not'
);
select is_empty(
    $$ select type
         from unnest(enum_range(null::app.project_event_type)) as type
        where type::text ~ '^(project|user)[.]'
          and pg_get_functiondef('ops.find_changed_projects'::regproc) ~ type::text $$,
    'no event of the project itself is passed over'
);

select * from finish();
rollback;
