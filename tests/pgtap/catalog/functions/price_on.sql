begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.price_on'),
    '(item_code text, on_date date DEFAULT CURRENT_DATE) returns SETOF'
    ' catalog.pricing_configs, stable, security invoker',
    'a price is asked for by item, for a day'
);

set local role eagle_operator;
select catalog.publish_price('base_est', 'v2', 165, 'Base estimate', 'base', '2026-01-01');
reset role;
set local role eagle_application;
select results_eq(
    $$ select day::date, version, price_usd
         from unnest('{2024-12-31,2025-01-01,2025-12-31,2026-01-01}'::date[]) as day,
              catalog.price_on('base_est', day) $$,
    $$ values ('2025-01-01'::date, 'v1', 150.00), ('2025-12-31', 'v1', 150.00),
              ('2026-01-01', 'v2', 165.00) $$,
    'a version holds from its first day to the day before its end'
);
select is_empty(
    $$ select * from catalog.price_on('base_est', '2024-12-31') $$,
    'before the first version there is no price'
);
select results_eq(
    $$ select item_code, price_usd, category::text
         from unnest(array['calc_packet', 'expedited', 'hard_copies', 'permit_pkg']) as item,
              catalog.price_on(item, '2025-06-01') $$,
    $$ values ('calc_packet', 35.00, 'addon'), ('expedited', 100.00, 'addon'),
              ('hard_copies', 50.00, 'addon'), ('permit_pkg', 250.00, 'permit') $$,
    'prices are exact money'
);

select * from finish();
rollback;
