begin;
select plan(8);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.policies_of('app.project_totals') $$,
    $$ values ('project_totals_audit', 'select', 'eagle_auditor', 'true', ''),
              ('project_totals_tenant_read', 'select', 'eagle_application, eagle_reader',
               '(account_id = app.current_account_id())', '') $$,
    'an account sees its own totals only, an auditor all'
);

set local role eagle_application;
select is_empty(
    'select * from app.project_totals',
    'no totals are shown until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    'select distinct account_id from app.project_totals', 'select pg_temp.ana()',
    'the application sees the totals of its account'
);
select throws_ok(
    command,
    '42501', 'permission denied for table project_totals',
    format('the application cannot %s totals', split_part(command, ' ', 1))
)
  from unnest(array[
           'insert into app.project_totals (account_id) values (pg_temp.ana())',
           'update app.project_totals set project_count = 9',
           'delete from app.project_totals'
       ]) as command;
set local role eagle_reader;
select results_eq(
    'select distinct account_id from app.project_totals', 'select pg_temp.ana()',
    'a reader sees the totals of its account'
);
set local role eagle_operator;
select throws_ok(
    'select * from app.project_totals', '42501', 'permission denied for table project_totals',
    'an operator reads no row of a tenant'
);

select * from finish();
rollback;
