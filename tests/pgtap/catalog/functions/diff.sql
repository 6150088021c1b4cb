begin;
select plan(7);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.diff'),
    '(edition_from text, edition_to text, units text DEFAULT ''us''::text, grade text'
    ' DEFAULT NULL::text) returns TABLE(shape text, change text, symbol text, value_from'
    ' numeric, value_to numeric, unit text), stable, security invoker',
    'two editions are compared in one unit system'
);

set local role eagle_operator;
select pg_temp.edition('v15.0'), pg_temp.edition('v16.0');
reset role;
update catalog.material_catalog
   set properties = jsonb_set(jsonb_set(properties, '{us,Ix}', '1000'), '{si,Ix}', '417')
       #- '{us,Zx}'
 where edition = 'v15.0' and shape = 'W14X90';
update catalog.material_catalog set shape = 'Pipe10OLD' where edition = 'v15.0' and shape ~ '^Pipe';
update catalog.material_catalog
   set properties = jsonb_set(properties, '{us,A}', '8.030')
 where edition = 'v15.0' and shape ~ '^HSS';
set local role eagle_application;
select results_eq(
    $$ select * from catalog.diff('v15.0', 'v16.0') $$,
    $$ values ('Pipe10OLD', 'removed', null, null::numeric, null::numeric, null),
              ('Pipe10STD', 'added', null, null, null, null),
              ('W14X90', 'changed', 'Ix', 1000, 999, 'in^4') $$,
    'shapes that came and went, and values that both editions print and that differ'
);
select results_eq(
    $$ select symbol, value_from, value_to, unit from catalog.diff('v15.0', 'v16.0', 'si')
        where change = 'changed' $$,
    $$ values ('Ix', 417::numeric, 416::numeric, '10^6 mm^4') $$,
    'the same in SI'
);
select is_empty(
    $$ select * from catalog.diff('v16.0', 'v16.0') $$,
    'an edition does not differ from itself'
);
select throws_ok(
    $$ select * from catalog.diff('v15.0', 'v17.0') $$,
    'ES102', 'edition v17.0 is not in the catalog',
    'an edition that was not imported is an error'
);
select throws_ok(
    $$ select * from catalog.diff('v15.0', 'v16.0', grade => 'A1085') $$,
    'ES102', 'edition v15.0 A1085 is not in the catalog',
    'so is one without the grade'
);
select throws_ok(
    $$ select * from catalog.diff('v15.0', 'v16.0', 'imperial') $$,
    '22023', 'units cannot be ''imperial''',
    'units are us or si'
);

select * from finish();
rollback;
