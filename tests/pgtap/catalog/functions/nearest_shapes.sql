begin;
select plan(13);
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
select is(
    catalog.nearest_shapes('14 x 90', count => 100), array['W14X90', 'W14X99', 'W14X22'],
    'then the first size is one of the name'
);
select is(catalog.nearest_shapes(repeat('x', 300)), '{}', 'nor is a long text near to anything');
select throws_ok(
    $$ select catalog.nearest_shapes(repeat('x', 301)) $$,
    '22023', 'length of shape, edition and grade must be from 0 to 300', 'up to 300 characters'
);
select is(catalog.nearest_shapes('beam'), '{}', 'a text without sizes is near to nothing');
select is(catalog.nearest_shapes(''), '{}', 'nor is no text');
select throws_ok(
    $$ select catalog.nearest_shapes('W14X91', count => 0) $$,
    '22023', 'count must be from 1 to 100', 'at least one is asked for'
);

reset role;
select pg_temp.section(
    import_id, 'v16.0', shape, type, '{"us": {"d": 1}}', '{"us": {"W": 1, "A": 1}}', 9
)
  from catalog.imports
 cross join (
     values ('HSS12X6X3/8', 'HSS'), ('Pipe12XS', 'PIPE'), ('2L8X8X1', '2L'),
            ('2L8X6X1LLBB', '2L'), ('2L8X6X1X9', '2L')
 ) as s (shape, type)
 where edition = 'v16.0';
select results_eq(
    $$ select (catalog.nearest_shapes(shape))[1]
         from unnest(array['HSS12X6X9/32', 'HSS12X6X5/16']) as shape $$,
    array['HSS12X6X1/4', 'HSS12X6X3/8'],
    'sizes below one are compared, too'
);
select is(
    (catalog.nearest_shapes('Pipe10XS'))[1], 'Pipe10STD',
    'another wall of a pipe is nearer than another diameter'
);
select is(
    catalog.nearest_shapes('2L8X6X1X3/4'), array['2L8X6X1LLBB', '2L8X8X1', '2L8X6X1X9'],
    'a size that is missing, or a word, is as far as a size seven times as large'
);
select ok(
    '2L8X8X1' = any(catalog.nearest_shapes('2 x 8 x 1', count => 100)),
    'the first size may be where the name begins'
);

select * from finish();
rollback;
