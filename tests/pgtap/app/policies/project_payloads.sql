begin;
select plan(14);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select results_eq(
    $$ select * from pg_temp.policies_of('app.project_payloads') $$,
    $$ values
        ('project_payloads_audit', 'select', 'eagle_auditor', 'true', ''),
        ('project_payloads_tenant', 'all', 'eagle_application',
         '(account_id = app.current_account_id())', '(account_id = app.current_account_id())'),
        ('project_payloads_tenant_read', 'select', 'eagle_reader',
         '(account_id = app.current_account_id())', '') $$,
    'an account has its own payloads only, an auditor sees all'
);

set local role eagle_application;
select is_empty(
    'select * from app.project_payloads',
    'the application sees no payload until the transaction says whom it works for'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    'select project_id from app.project_payloads',
    'select pg_temp.ana_project()',
    'the application sees the payloads of its account'
);
select is_empty(
    $$ update app.project_payloads set created_at = now()
        where account_id = pg_temp.bob() returning created_at $$,
    'the application renews no payload of another account'
);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.bob(), pg_temp.bob_project(), 'signage.two_pole.direct_burial', '{}') $$,
    '42501', 'new row violates row-level security policy for table "project_payloads"',
    'the application saves no payload in another account'
);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.bob(), pg_temp.bob_project(), 'signage.single_pole.base_plate',
               '{"material": "A500 Gr C", "height_ft": 30}')
           on conflict on constraint project_payloads_account_id_project_id_module_sha256_key
           do nothing $$,
    '42501', 'new row violates row-level security policy for table "project_payloads"',
    'the application cannot ask whether another account has stored a snapshot'
);

select throws_ok(
    format('select * from %s', partition),
    '42501', format('permission denied for table %s', split_part(partition, '.', 2)),
    format('the application does not reach the partition %s by its name', partition)
)
  from unnest(array[
           'app.project_payloads_single_pole_direct_burial',
           'app.project_payloads_single_pole_base_plate',
           'app.project_payloads_two_pole_direct_burial'
       ]) as partition;

set local role eagle_reader;
select results_eq(
    'select project_id from app.project_payloads',
    'select pg_temp.ana_project()',
    'a reader sees the payloads of its account'
);
select throws_ok(
    $$ insert into app.project_payloads (account_id, project_id, module, config)
       values (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial', '{}') $$,
    '42501', 'permission denied for table project_payloads',
    'a reader saves no payload'
);
set local app.account_id = '';
select is_empty(
    'select * from app.project_payloads',
    'a reader sees no payload until the transaction says whom it works for'
);

set local role eagle_auditor;
select throws_ok(
    'select * from app.project_payloads', '42501', 'permission denied for table project_payloads',
    'an auditor reads events, not payloads'
);
set local role eagle_operator;
select throws_ok(
    'select * from app.project_payloads', '42501', 'permission denied for table project_payloads',
    'an operator reads no row of a tenant'
);

select * from finish();
rollback;
