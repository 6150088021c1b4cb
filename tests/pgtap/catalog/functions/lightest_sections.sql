begin;
select plan(16);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.lightest_sections'),
    '(shape_types text[], min_sx_in3 numeric DEFAULT NULL::numeric, min_zx_in3 numeric'
    ' DEFAULT NULL::numeric, min_ix_in4 numeric DEFAULT NULL::numeric, min_sy_in3 numeric'
    ' DEFAULT NULL::numeric, min_iy_in4 numeric DEFAULT NULL::numeric, min_area_in2'
    ' numeric DEFAULT NULL::numeric, max_depth_in numeric DEFAULT NULL::numeric,'
    ' max_width_in numeric DEFAULT NULL::numeric, edition text DEFAULT NULL::text, grade'
    ' text DEFAULT NULL::text, count integer DEFAULT 10) returns SETOF'
    ' catalog.material_catalog, stable, security invoker',
    'the lightest sections are asked for by type and by what they must reach'
);

set local role eagle_operator;
select pg_temp.edition('v15.0'), pg_temp.edition('v16.0');
select pg_temp.edition('v16.0', 'A1085');
select pg_temp.section(
    import_id, 'v16.0', 'HSS10X6X1/4', 'HSS', '{"us": {"Ht": 10, "B": 6}}',
    '{"us": {"W": 29.23, "A": 8.03, "Sx": 26}}', 9
)
  from catalog.imports where edition = 'v16.0' and grade is null;
reset role;
set local role eagle_application;
select results_eq(
    $$ select shape, weight_lb_per_ft, sx_in3, depth_in, edition
         from catalog.lightest_sections(
                  array['HSS', 'PIPE'], min_sx_in3 => 25, max_depth_in => 12
              ) $$,
    $$ values ('HSS10X6X1/4', 29.23, 26::numeric, 10::numeric, 'v16.0'),
              ('HSS12X6X1/4', 29.23, 25.2, 12, 'v16.0'),
              ('Pipe10STD', 40.5, 28.1, 10.75, 'v16.0') $$,
    'the lightest HSS or pipe with Sx at least 25 in3 and depth at most 12 in; shallower first'
);
select results_eq(
    $$ select shape from catalog.lightest_sections(
           array['hss', 'pipe', 'w'], min_sx_in3 => 28.1, edition => 'v15.0', count => 1
       ) $$,
    array['Pipe10STD'],
    'a requirement may be met exactly, types are written in any case'
);
select results_eq(
    $$ select shape from catalog.lightest_sections(array['W', 'PIPE'], max_depth_in => 11) $$,
    array['Pipe10STD'],
    'what is not asked for does not matter'
);
select is_empty(
    $$ select * from catalog.lightest_sections(array['PIPE'], min_sy_in3 => 1) $$,
    'a section whose value is not printed does not meet a requirement on it'
);
select is_empty(
    $$ select * from catalog.lightest_sections(array['W'], min_sx_in3 => 144) $$,
    'nothing is found where nothing suffices'
);
select results_eq(
    $$ select distinct grade from catalog.lightest_sections(array['HSS'], grade => 'A1085') $$,
    array['A1085'],
    'sections of a grade are found when it is asked for'
);
select throws_ok(
    $$ select * from catalog.lightest_sections(array['HSS', 'HHS']) $$,
    'ES104', 'edition v16.0 has no shapes of type HHS',
    'a mistyped type is an error, not an empty answer'
);
select throws_ok(
    $$ select * from catalog.lightest_sections('{}') $$,
    'ES104', 'edition v16.0 has no shapes of type nothing',
    'so is no type'
);
select throws_ok(
    $$ select * from catalog.lightest_sections(array['W'], edition => 'v3.0') $$,
    'ES104', 'edition v3.0 has no shapes of type W',
    'so is an edition that was not imported'
);

select throws_ok(
    $$ select catalog.lightest_sections(array_fill('W'::text, array[101])) $$,
    '22023', 'number of shape_types must be from 0 to 100',
    'there are at most 100 types'
);
select throws_ok(
    $$ select catalog.lightest_sections('{W}', count => 0) $$,
    '22023', 'count must be from 1 to 10000',
    'at least one section is asked for'
);

select throws_ok(
    $$ select catalog.lightest_sections('{W}', count => 10001) $$,
    '22023', 'count must be from 1 to 10000',
    'and at most 10,000 are'
);
select throws_ok(
    $$ select catalog.lightest_sections(null) $$,
    'ES104', 'edition v16.0 has no shapes of type nothing',
    'no list of types is no type'
);
select throws_ok(
    format(
        'select catalog.lightest_sections('
        'array[repeat(''x'', 991)], edition => ''v16.0'', grade => %L)',
        given.grade
    ),
    given.code, null,
    format('types, edition and grade of %s characters %s', 996 + length(given.grade), given.what)
)
  from (values ('1234', 'ES104', 'are looked for'), ('12345', '22023', 'are too long'))
       as given (grade, code, what);

select * from finish();
rollback;
