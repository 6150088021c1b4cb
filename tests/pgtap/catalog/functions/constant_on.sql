begin;
select plan(6);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.constant_on'),
    '(name text, on_date date DEFAULT CURRENT_DATE) returns SETOF'
    ' catalog.calibration_constants, stable, security invoker',
    'a constant is asked for by name, for a day'
);

set local role eagle_operator;
select catalog.publish_constant(
    'K_FACTOR', 'footing_v2', 0.16, 'unitless', 'Calibrated anew', 'Load tests', '2026-01-01'
);
reset role;
set local role eagle_application;
select results_eq(
    $$ select day::date, version, value
         from unnest('{2024-12-31,2025-01-01,2025-12-31,2026-01-01,2999-01-01}'::date[]) as day,
              catalog.constant_on('K_FACTOR', day) $$,
    $$ values ('2025-01-01'::date, 'footing_v1', 0.15), ('2025-12-31', 'footing_v1', 0.15),
              ('2026-01-01', 'footing_v2', 0.16), ('2999-01-01', 'footing_v2', 0.16) $$,
    'a version holds from its first day to the day before its end'
);
select is_empty(
    $$ select * from catalog.constant_on('K_FACTOR', '2024-12-31') $$,
    'before the first version nothing holds'
);
select is_empty(
    $$ select * from catalog.constant_on('NO_SUCH_CONSTANT') $$,
    'of an unknown constant nothing holds'
);
select results_eq(
    $$ select * from catalog.constant_on('STEEL_MODULUS') $$,
    $$ select * from catalog.constant_on('STEEL_MODULUS', current_date) $$,
    'today is the day unless one is given'
);
reset role;
select throws_ok(
    $$ set local role eagle_exporter; select catalog.constant_on('K_FACTOR') $$,
    '42501', 'permission denied for schema catalog',
    'monitoring does not read constants'
);

select * from finish();
rollback;
