begin;
select plan(2);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.withdraw_version'),
    '(noun text, relation text, key text, object text, version text,'
    ' reason text) returns text, volatile, security invoker',
    'it is told the table, and works as who calls it'
);
set local role eagle_operator;
select throws_ok(
    $$ select catalog.withdraw_version(
           'price', 'catalog.pricing_configs', 'item_code', 'a', 'b', 'c'
       ) $$,
    '42501', 'permission denied for function withdraw_version',
    'nobody names the table but what withdraws one noun'
);

select * from finish();
rollback;
