begin;
select plan(7);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.search_sections'),
    '(shape_types text[], limits jsonb DEFAULT ''{}''::jsonb, strength jsonb DEFAULT NULL::jsonb,'
    ' units text DEFAULT ''us''::text, form text DEFAULT NULL::text, edition text DEFAULT'
    ' NULL::text, grade text DEFAULT NULL::text, count integer DEFAULT 10) returns'
    ' TABLE(shape text, shape_type text, of_edition text, measures jsonb, strength_ratio numeric,'
    ' doubts text[]), stable, security invoker',
    'sections are searched by limits of any measure'
);
set local role eagle_operator;
select pg_temp.edition('v15.0'), pg_temp.edition('v16.0');
reset role;
set local role eagle_application;
select results_eq(
    $$ select shape, measures -> 'sx', of_edition
         from catalog.search_sections('{hss,PIPE}', '{"min-sx": 25, "max-depth": 12}') $$,
    $$ values ('HSS12X6X1/4', '25.2'::jsonb, 'v16.0'), ('Pipe10STD', '28.1', 'v16.0') $$,
    'the lightest comes first, of the newest edition'
);
select results_eq(
    $$ select shape, measures -> 'sx' from catalog.search_sections(
           '{W,PIPE}', '{"min-sx": 2340, "max-depth": 356}', units => 'si') $$,
    $$ values ('W14X90', '2340'::jsonb) $$,
    'limits in SI units are compared with values that are printed in SI'
);
select results_eq(
    $$ select shape from catalog.search_sections('{HSS,PIPE}', form => 'round') $$,
    array['Pipe10STD'], 'round sections alone are asked for'
);
select is_empty(
    $$ select * from catalog.search_sections('{HSS}', '{"min-sx": 25, "min-zy": 1}') $$,
    'every limit is met, or nothing is found'
);
reset role;
select pg_temp.section(
    import_id, 'v16.0', 'W120', 'W', '{}',
    '{"us": {"W": 1, "A": 1, "Zx": 120, "Zy": 60, "Sy": 30, "bf/2tf": 5, "h/tw": 40}}', 9
)
  from catalog.imports where edition = 'v16.0';
set local role eagle_application;
select results_eq(
    $$ select shape, strength_ratio
         from catalog.search_sections(
                  '{W}', strength => '{"mx": 100, "my": 0, "fy": 50, "method": "lrfd"}'
              ) $$,
    $$ values ('W120', 0.222) $$,
    'how much of its strength is needed is told to a thousandth'
);
select throws_ok(
    $$ select * from catalog.search_sections('{W}', count => 0) $$,
    '22023', 'count must be from 1 to 10000', 'at least one section is asked for'
);

select * from finish();
rollback;
