begin;
select plan(10);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.find_shape'),
    '(shape text, edition text DEFAULT NULL::text, grade text DEFAULT NULL::text) returns'
    ' catalog.material_catalog, stable, security invoker',
    'a section is found by its designation'
);

set local role eagle_operator;
select pg_temp.edition('v15.0'), pg_temp.edition('v16.0');
select pg_temp.edition('v16.0', 'A1085');
reset role;
set local role eagle_application;
select results_eq(
    $$ select (found).shape, (found).edition, (found).grade
         from (values (catalog.find_shape('w14x90')),
                      (catalog.find_shape('PIPE10STD', 'v15.0')),
                      (catalog.find_shape('hss12x6x1/4', 'v16.0', 'A1085'))) as f (found) $$,
    $$ values ('W14X90', 'v16.0', null), ('Pipe10STD', 'v15.0', null),
              ('HSS12X6X1/4', 'v16.0', 'A1085') $$,
    'capitals do not matter; the newest edition is meant unless one is named'
);
select results_eq(
    $$ select (found).shape from (values (catalog.find_shape('W 14 × 90')),
                                         (catalog.find_shape('hss 12 x 6 x .25'))) as f (found) $$,
    array['W14X90', 'HSS12X6X1/4'],
    'nor do spaces, signs, decimals and fractions'
);
select throws_ok(
    $$ select catalog.find_shape('W99X99') $$,
    'ES103', 'shape W99X99 is not in edition v16.0',
    'an unknown designation is an error, not an empty answer'
);
select throws_ok(
    $$ select catalog.find_shape('W14X90', 'v14.0') $$,
    'ES103', 'shape W14X90 is not in edition v14.0',
    'so is an edition that does not have it'
);
select throws_ok(
    $$ select catalog.find_shape('A36') $$,
    'ES103', 'shape A36 is not in edition v16.0',
    'a grade of steel is no section'
);
reset role;
select throws_ok(
    $$ set local role eagle_exporter; select catalog.find_shape('W14X90') $$,
    '42501', 'permission denied for schema catalog',
    'monitoring does not read sections'
);

select throws_ok(
    $$ select catalog.find_shape(repeat('x', 301)) $$,
    '22023', 'length of shape, edition and grade must be from 0 to 300',
    'a designation has at most 300 characters'
);

select throws_ok(
    $$ select catalog.find_shape(repeat('x', 280)) $$, 'ES103', null,
    'one of 280 is looked for, in every edition'
);
select throws_ok(
    'select catalog.find_shape(null, null, null)', 'ES103', null, 'nothing is not found'
);

select * from finish();
rollback;
