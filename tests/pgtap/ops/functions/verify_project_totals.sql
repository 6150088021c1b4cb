begin;
select plan(5);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.verify_project_totals'),
    '() returns TABLE(account_id uuid, status app.project_status, project_count bigint,'
    ' confidence_count bigint, confidence_sum numeric, duration interval),'
    ' stable, security definer',
    'the totals are verified as a whole'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.verify_project_totals()',
    '42501', 'permission denied for function verify_project_totals',
    'the application does not verify the totals of all accounts'
);
set local role eagle_auditor;
select is_empty(
    'select * from ops.verify_project_totals()', 'totals that writers kept have nothing missing'
);

reset role;
set local session_replication_role = replica;
insert into app.projects (account_id, name, status, confidence, created_by, updated_by)
values (pg_temp.ana(), 'Sign', 'accepted', 0.5, 'ana', 'ana');
set local session_replication_role = origin;
select results_eq(
    'select account_id, status::text, project_count, confidence_count, confidence_sum'
    '  from ops.verify_project_totals()',
    $$ values (pg_temp.ana(), 'accepted', 1::bigint, 1::bigint, 0.5) $$,
    'a project that was loaded past the triggers shows as missing'
);
update app.project_totals set duration = duration + interval '1 second'
 where account_id = pg_temp.bob();
select results_eq(
    'select status::text, project_count, duration from ops.verify_project_totals()'
    ' where account_id = pg_temp.bob()',
    $$ values ('draft', 0::bigint, interval '-1 second') $$,
    'a total that somebody changed shows'
);

select * from finish();
rollback;
