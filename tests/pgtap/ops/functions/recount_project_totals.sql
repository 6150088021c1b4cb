begin;
select plan(6);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.recount_project_totals'), '() returns bigint, volatile, security definer',
    'the totals are recounted as a whole'
);
set local role eagle_application;
select throws_ok(
    'select ops.recount_project_totals()',
    '42501', 'permission denied for function recount_project_totals',
    'the application does not recount the totals'
);
set local role eagle_operator;
select is(
    ops.recount_project_totals(), 0::bigint, 'nothing is added to totals that are right'
);

reset role;
set local session_replication_role = replica;
insert into app.projects (account_id, name, status, confidence, created_by, updated_by)
values (pg_temp.ana(), 'Sign', 'accepted', 0.5, 'ana', 'ana');
delete from app.projects where account_id = pg_temp.bob();
set local session_replication_role = origin;
set local role eagle_operator;
select is(
    ops.recount_project_totals(), 2::bigint,
    'what was loaded and removed past the triggers is added and taken off'
);
select is_empty('select * from ops.verify_project_totals()', 'recounted totals are right');
select is(
    ops.recount_project_totals(), 0::bigint, 'recounting again adds nothing'
);

select * from finish();
rollback;
