begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.stored_version'),
    '(noun text, relation text, key text, object text, version text) returns jsonb,'
    ' volatile, security invoker',
    'a version is found by its table and key'
);
set local role eagle_operator;
select throws_ok(
    $$ select catalog.stored_version('price', 'catalog.pricing_configs', 'item_code', 'a', 'b') $$,
    '42501', 'permission denied for function stored_version',
    'nobody calls it but what corrects and withdraws'
);
reset role;
select throws_ok(
    $$ select catalog.stored_version(
           'price', 'catalog.pricing_configs', 'item_code', 'base_est', 'v9'
       ) $$,
    'ES107', 'price base_est v9 is not published', 'what is not published is refused'
);
select is(
    catalog.stored_version(
        'constant', 'catalog.calibration_constants', 'name', 'K_FACTOR', 'footing_v1'
    ) ->> 'value',
    '0.15', 'it has what the version has'
);

select * from finish();
rollback;
