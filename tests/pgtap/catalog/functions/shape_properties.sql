begin;
select plan(7);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.shape_properties'),
    '(shape text, edition text DEFAULT NULL::text, units text DEFAULT ''us''::text, grade'
    ' text DEFAULT NULL::text) returns TABLE(symbol text, value numeric, unit text,'
    ' category text, description text), stable, security invoker',
    'all that is printed of a section is asked for in one unit system'
);

set local role eagle_operator;
select pg_temp.edition('v16.0');
reset role;
set local role eagle_application;
select results_eq(
    $$ select symbol, value, unit, category from catalog.shape_properties('W14X90', 'v16.0') $$,
    $$ values ('W', 90, 'lb/ft', 'property'), ('A', 26.5, 'in^2', 'property'),
              ('d', 14, 'in', 'dimension'), ('bf', 14.5, 'in', 'dimension'),
              ('tw', 0.44, 'in', 'dimension'), ('tf', 0.71, 'in', 'dimension'),
              ('Ix', 999, 'in^4', 'property'), ('Zx', 157, 'in^3', 'property'),
              ('Sx', 143, 'in^3', 'property'), ('rx', 6.14, 'in', 'property') $$,
    'values come in the order of the manual with their units'
);
select results_eq(
    $$ select symbol, value, unit from catalog.shape_properties('w14x90', units => 'si') $$,
    $$ values ('W', 134::numeric, 'kg/m'), ('A', 17100, 'mm^2'), ('d', 356, 'mm'),
              ('bf', 368, 'mm'),
              ('Ix', 416, '10^6 mm^4'), ('Sx', 2340, '10^3 mm^3') $$,
    'SI values are those printed, not converted ones'
);
select is_empty(
    $$ select * from catalog.shape_properties('Pipe10STD', units => 'si') $$,
    'what the file does not print in SI is not made up'
);
select is_empty(
    $$ select * from catalog.shape_properties('W14X90') where description = '' $$,
    'every value says what it is'
);
select throws_ok(
    $$ select * from catalog.shape_properties('W14X90', units => 'metric') $$,
    '22023', 'units cannot be ''metric''',
    'units are us or si'
);
select throws_ok(
    $$ select * from catalog.shape_properties('W14X90', units => null) $$,
    '22023', 'units cannot be NULL',
    'and not unknown'
);

select * from finish();
rollback;
