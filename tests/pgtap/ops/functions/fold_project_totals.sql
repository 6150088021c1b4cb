begin;
select plan(6);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.fold_project_totals'), '() returns bigint, volatile, security definer',
    'the totals are folded as a whole'
);
insert into app.projects (account_id, name, status, confidence, created_by, updated_by)
values
    (pg_temp.ana(), 'Sign', 'draft', 0.3, 'ana', 'ana'),
    (pg_temp.ana(), 'Sign', 'draft', 0.4, 'ana', 'ana'),
    (pg_temp.bob(), 'Sign', 'accepted', 0.5, 'bob', 'bob');
update app.projects set status = 'estimating' where account_id = pg_temp.bob() and status = 'draft';

set local role eagle_application;
select throws_ok(
    'select ops.fold_project_totals()',
    '42501', 'permission denied for function fold_project_totals',
    'the application does not fold the totals'
);
set local role eagle_operator;
select is(
    ops.fold_project_totals(), 5::bigint,
    'the entries of a status that has several are folded, the one of a status is left'
);
reset role;
select results_eq(
    'select account_id, status::text, project_count, confidence_sum'
    '  from app.project_totals as t order by t.account_id, t.status',
    $$ values
        (pg_temp.ana(), 'draft', 3::bigint, 0.7),
        (pg_temp.bob(), 'estimating', 1, 0),
        (pg_temp.bob(), 'accepted', 1, 0.5) $$,
    'one entry a status is left, and none of a status that every project has left'
);
select is_empty('select * from ops.verify_project_totals()', 'folding changes no total');
set local role eagle_operator;
select is(ops.fold_project_totals(), 0::bigint, 'folding again finds nothing');

select * from finish();
rollback;
