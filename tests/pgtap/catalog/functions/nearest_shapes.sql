begin;
select plan(5);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.nearest_shapes'),
    '(shape text, edition text DEFAULT NULL::text, grade text DEFAULT NULL::text, count integer'
    ' DEFAULT 3) returns text[], stable, security invoker',
    'sections are found that a designation is near to'
);
set local role eagle_operator;
select pg_temp.edition('v16.0');
select pg_temp.section(
    import_id, 'v16.0', shape, 'W', '{"us": {"d": 14}}', '{"us": {"W": 1, "A": 1}}', 9
)
  from catalog.imports, unnest('{W14X99,W12X90,W14X22}'::text[]) as shape where edition = 'v16.0';
reset role;
set local role eagle_application;
select is(
    catalog.nearest_shapes('W14X91'), array['W14X90', 'W14X99', 'W12X90'],
    'the sizes nearest by their ratio come first'
);
select is(catalog.nearest_shapes('14 x 90', count => 1), array['W14X90'], 'a type may be missing');
select is(catalog.nearest_shapes('beam'), '{}', 'a text without sizes is near to nothing');
select throws_ok(
    $$ select catalog.nearest_shapes('W14X91', count => 0) $$,
    '22023', 'count must be from 1 to 100', 'at least one is asked for'
);

select * from finish();
rollback;
