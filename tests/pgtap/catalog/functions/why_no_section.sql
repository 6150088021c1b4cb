begin;
select plan(10);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.why_no_section'),
    '(shape_types text[], limits jsonb DEFAULT ''{}''::jsonb, strength jsonb DEFAULT NULL::jsonb,'
    ' units text DEFAULT ''us''::text, form text DEFAULT NULL::text, edition text DEFAULT'
    ' NULL::text, grade text DEFAULT NULL::text) returns text, stable, security invoker',
    'a search without result has a reason'
);
set local role eagle_operator;
select pg_temp.edition('v16.0');
reset role;
set local role eagle_application;
select is(
    catalog.why_no_section('{HSS,PIPE}', '{"max-depth": 11, "min-sx": 29}'),
    'no HSS or PIPE has Sx >= 29 in^3; the greatest is 28.1 in^3, of Pipe10STD',
    'a limit that nothing meets'
);
select is(
    catalog.why_no_section('{HSS,W}', '{"max-depth": 12, "min-sx": 100}'),
    'no HSS or W of depth <= 12 in has Sx >= 100 in^3; the greatest is 25.2 in^3, of HSS12X6X1/4',
    'a limit that nothing meets which meets the others'
);
select is(
    catalog.why_no_section('{W}', '{"max-depth": 300}', units => 'si'),
    'no W has depth <= 300 mm; the least is 356 mm, of W14X90',
    'in the units that were asked for'
);
select is(
    catalog.why_no_section('{W}', form => 'round'), 'edition v16.0 has no round W',
    'a form that the type does not have'
);
select is(
    catalog.why_no_section('{PIPE}', '{"min-zy": 1}'),
    'no PIPE has Zy >= 1 in^3; it is not known of any',
    'a value that is not printed'
);
select is(catalog.why_no_section('{W}', '{"min-sx": 143}'), null, 'nothing where one is found');
select is(
    catalog.why_no_section('{W,HSS,PIPE}', '{"max-depth": 11, "max-weight": 30, "min-sx": 100}'),
    'no W or HSS or PIPE has depth <= 11 in and weight <= 30 lb/ft and Sx >= 100 in^3',
    'limits of which every section misses several'
);
select is(
    catalog.why_no_section('{W,HSS,PIPE}', '{"max-depth": 12, "min-weight": 35, "min-sx": 100}'),
    'no W or HSS or PIPE of depth <= 12 in and weight >= 35 lb/ft has Sx >= 100 in^3;'
    ' the greatest is 28.1 in^3, of Pipe10STD',
    'rather a section that misses one limit than one that misses several by less'
);
set local role eagle_operator;
select pg_temp.section(
    import_id, 'v16.0', 'W14X91', 'W', '{"us": {"d": 14}}',
    '{"us": {"W": 91, "A": 27, "Sx": 144.123456}}', 9
)
  from catalog.imports where edition = 'v16.0';
select is(
    catalog.why_no_section('{W}', '{"min-sx": 200}'),
    'no W has Sx >= 200 in^3; the greatest is 144.1235 in^3, of W14X91',
    'a value is told to four decimals'
);

select * from finish();
rollback;
