begin;
select plan(7);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.latest_payloads'),
    '(account_id uuid, project_id uuid) returns SETOF app.project_payloads,'
    ' stable, security invoker',
    'the newest payloads are those of a project'
);

insert into app.project_payloads (account_id, project_id, module, config, created_at)
values
    (pg_temp.ana(), pg_temp.ana_project(), 'signage.single_pole.base_plate',
     '{"v": 0}', '2020-01-01'),
    (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
     '{"v": 1}', '2020-01-01'),
    (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
     '{"v": 2}', '2020-01-02');

set local role eagle_application;
select throws_ok(
    'select * from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project())',
    'ES005', 'the transaction is not set to this account',
    'no payload is found until the transaction says whom it works for'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    'select * from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project())',
    'ES005', 'the transaction is not set to this account',
    'no payload of another account is found'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    $$ select module::text, config
         from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project()) $$,
    $$ values
        ('signage.single_pole.base_plate', '{"height_ft": 25, "material": "A500 Gr C"}'::jsonb),
        ('signage.two_pole.direct_burial', '{"v": 2}') $$,
    'the newest payload of each module that has one is found'
);
set local role eagle_reader;
select isnt_empty(
    'select * from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project())',
    'a reader finds the newest payloads too'
);
select throws_ok(
    'select * from app.latest_payloads(pg_temp.bob(), gen_random_uuid())',
    'ES005', 'the transaction is not set to this account',
    'of a project that is not there either'
);
set local role eagle_auditor;
select throws_ok(
    'select * from app.latest_payloads(pg_temp.ana(), pg_temp.ana_project())',
    '42501', 'permission denied for function latest_payloads',
    'an auditor does not'
);

select * from finish();
rollback;
