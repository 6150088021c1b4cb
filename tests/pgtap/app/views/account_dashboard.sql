begin;
select plan(8);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select name, type from pg_temp.columns_of('app.account_dashboard') $$,
    $$ values
        ('account_id', 'uuid'),
        ('status', 'app.project_status'),
        ('project_count', 'bigint'),
        ('mean_confidence', 'double precision') $$,
    'an account''s dashboard has these columns, in this order'
);
select ok(
    (select reloptions @> array['security_invoker=true']
       from pg_class
      where oid = 'app.account_dashboard'::regclass),
    'the dashboard reads with the rights of its reader'
);

insert into app.projects (account_id, name, status, confidence, created_by, updated_by)
values
    (pg_temp.ana(), 'Sign', 'accepted', 0.2, 'ana', 'ana'),
    (pg_temp.ana(), 'Sign', 'accepted', 0.6, 'ana', 'ana'),
    (pg_temp.ana(), 'Sign', 'accepted', null, 'ana', 'ana'),
    (pg_temp.bob(), 'Sign', 'rejected', 0.9, 'bob', 'bob');

set local role eagle_application;
select is_empty(
    'select * from app.account_dashboard',
    'no dashboard is shown until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    'select account_id, status::text, project_count, mean_confidence'
    '  from app.account_dashboard as d order by d.status',
    $$ values
        (pg_temp.ana(), 'draft', 1::bigint, null::double precision),
        (pg_temp.ana(), 'accepted', 3, 0.4) $$,
    'an account sees how many projects it has in each status, and their mean confidence'
);
update app.projects set status = 'estimating' where status = 'draft';
select results_eq(
    'select status::text from app.account_dashboard as d order by d.status',
    array['estimating', 'accepted'],
    'a move shows at once, and a status without a project is left out'
);
select is_empty(
    'select * from app.account_dashboard where account_id = pg_temp.bob()',
    'an account sees no other''s dashboard, even asked by name'
);
set local role eagle_reader;
select results_eq(
    'select distinct account_id from app.account_dashboard', 'select pg_temp.ana()',
    'a reader sees the dashboard of its account'
);
set local role eagle_auditor;
select throws_ok(
    'select * from app.account_dashboard',
    '42501', 'permission denied for view account_dashboard',
    'an auditor reads events, not dashboards'
);

select * from finish();
rollback;
