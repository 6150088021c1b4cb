begin;
select plan(5);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.doubts'),
    '(edition text DEFAULT NULL::text, grade text DEFAULT NULL::text) returns TABLE(shape text,'
    ' doubt text, doubted text[], file_name text, sheet text, source_row integer), stable, security'
    ' invoker',
    'doubts are asked for by edition and grade'
);

set local role eagle_operator;
select pg_temp.edition('v16.0');
update catalog.material_catalog
   set doubts = array['W14X90 Zx is 999 in SI', 'W14X90 J is 1'], doubted = array['si.Zx', 'us.J']
 where material_catalog.shape = 'W14X90';
reset role;
set local role eagle_application;
select results_eq(
    $$ select shape, doubt, doubted, file_name, source_row from catalog.doubts() $$,
    $$ values ('W14X90', 'W14X90 Zx is 999 in SI', array['si.Zx', 'us.J'], 'v16.0.xlsx', 2),
              ('W14X90', 'W14X90 J is 1', array['si.Zx', 'us.J'], 'v16.0.xlsx', 2) $$,
    'each doubt of the newest edition is a row, with the file it comes from'
);
select is_empty(
    $$ select * from catalog.doubts('v15.0') $$, 'another edition has doubts of its own'
);
select is_empty(
    $$ select * from catalog.doubts(repeat('x', 300)) $$, 'an edition may be 300 characters long'
);
select throws_ok(
    $$ select * from catalog.doubts(repeat('x', 150), repeat('x', 151)) $$,
    '22023', 'length of edition and grade must be from 0 to 300', 'and no more, with its grade'
);

select * from finish();
rollback;
