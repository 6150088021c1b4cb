begin;
select plan(6);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.refresh_project_stats'), '() returns void, volatile, security definer',
    'the statistics are refreshed as a whole'
);
insert into app.projects (account_id, name, status, created_by, updated_by)
values (pg_temp.ana(), 'Sign', 'accepted', 'ana', 'ana');

set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
set local role eagle_application;
select throws_ok(
    'select ops.refresh_project_stats()',
    '42501', 'permission denied for function refresh_project_stats',
    'the application does not refresh the statistics'
);
select is_empty(
    'select * from app.account_stats', 'statistics are as old as their last refresh'
);
set local role eagle_operator;
select lives_ok('select ops.refresh_project_stats()', 'an operator refreshes the statistics');
set local role eagle_application;
select results_eq(
    'select project_count from app.account_stats', array[1::bigint],
    'refreshed statistics count what is there'
);

-- Of two ways to refresh, the one that does not block readers.
reset role;
select ok(
    exists (
        select
          from pg_locks as l
         where l.relation = 'app.project_stats'::regclass
           and l.pid = pg_backend_pid()
           and l.mode = 'ExclusiveLock'
    )
    and not exists (
        select
          from pg_locks as l
         where l.relation = 'app.project_stats'::regclass
           and l.pid = pg_backend_pid()
           and l.mode = 'AccessExclusiveLock'
    ),
    'a refresh does not lock readers out'
);

select * from finish();
rollback;
