begin;
select plan(15);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('app.find_payloads'),
    '(account_id uuid, config jsonb, count integer DEFAULT 100)'
    ' returns SETOF app.project_payloads, stable, security definer',
    'payloads are found by values of their config'
);

insert into app.project_payloads (account_id, project_id, module, config, created_at)
values
    (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
     '{"material": "A500 Gr C", "height_ft": 30}', '2020-01-01'),
    (pg_temp.ana(), pg_temp.ana_project(), 'signage.two_pole.direct_burial',
     '{"material": "A36", "height_ft": "30", "note": "\" or true --"}', '2020-01-02');

set local role eagle_application;
select throws_ok(
    $$ select app.find_payloads(pg_temp.ana(), '{}') $$,
    'ES005', 'the transaction is not set to this account',
    'nothing is found until the transaction says whom it works for'
);
set local app.account_id = 'b0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.find_payloads(pg_temp.ana(), '{}') $$,
    'ES005', 'the transaction is not set to this account',
    'nothing is found in another account than that of the transaction'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select results_eq(
    $$ select module::text from app.find_payloads(pg_temp.ana(), '{"material": "A500 Gr C"}') $$,
    array['signage.single_pole.base_plate', 'signage.two_pole.direct_burial'],
    'the payloads that contain a value are found, newest first, in every module'
);
select results_eq(
    $$ select config ->> 'height_ft'
         from app.find_payloads(pg_temp.ana(), '{"material": "A500 Gr C", "height_ft": 30}') $$,
    array['30'],
    'all the values must be there together'
);
select is_empty(
    $$ select * from app.find_payloads(pg_temp.ana(), '{"material": "A500"}') $$,
    'part of a value is not enough'
);
select results_eq(
    $$ select count(*) from app.find_payloads(pg_temp.ana(), '{}') $$, array[3::bigint],
    'every payload contains nothing'
);
select results_eq(
    $$ select count(*) from app.find_payloads(pg_temp.ana(), '{}', count => 2) $$, array[2::bigint],
    'no more are found than were asked for'
);
select results_eq(
    $$ select count(*) from app.find_payloads(pg_temp.ana(), '{"note": "\" or true --"}') $$,
    array[1::bigint],
    'values are data, whatever they look like'
);
set local role eagle_reader;
select results_eq(
    $$ select count(*) from app.find_payloads(pg_temp.ana(), '{}') $$, array[3::bigint],
    'a reader finds payloads too'
);
set local role eagle_operator;
select throws_ok(
    $$ select * from app.find_payloads(pg_temp.ana(), '{}') $$,
    '42501', 'permission denied for function find_payloads',
    'an operator does not'
);

reset role;
set local role eagle_application;
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select throws_ok(
    $$ select app.find_payloads(pg_temp.ana(), '{}', 1001) $$,
    '22023', 'count must be from 1 to 1000',
    'at most 1,000 payloads are found'
);
select throws_ok(
    $$ select app.find_payloads(pg_temp.ana(), jsonb_build_object('x', repeat('x', 70000))) $$,
    '22023', 'config is longer than 65536 bytes, has a number over 1e100 or over 50 levels',
    'what is looked for is no longer than a config'
);

select is_empty(
    $$ select app.find_payloads(pg_temp.ana(), jsonb_build_object('x', repeat('x', 65536 - 9))) $$,
    'what has 65,536 bytes is looked for'
);
select throws_ok(
    $$ select app.find_payloads(pg_temp.ana(), jsonb_build_object('x', repeat('x', 65537 - 9))) $$,
    '22023', null,
    'what has one byte more is not'
);

select * from finish();
rollback;
