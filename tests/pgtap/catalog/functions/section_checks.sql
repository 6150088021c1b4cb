begin;
select plan(5);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.section_checks'),
    '(shape_types text[], limits jsonb, strength jsonb, units text, form text, edition text, grade'
    ' text) returns TABLE(material_id uuid, limit_name text, bound numeric, value numeric, is_met'
    ' boolean), stable, security invoker',
    'sections are put beside limits'
);
set local role eagle_operator;
select pg_temp.edition('v16.0');
reset role;
set local role eagle_application;
select results_eq(
    $$ select shape, limit_name, value, is_met
         from catalog.section_checks('{HSS,PIPE}', '{"min-sx": 28.1, "max-depth": 11, "min-zy": 1}',
                                     null, 'us', null, 'v16.0', null)
         join catalog.material_catalog using (material_id)
        order by shape, limit_name $$,
    $$ values ('HSS12X6X1/4', 'max-depth', 12::numeric, false),
              ('HSS12X6X1/4', 'min-sx', 25.2, false),
              ('HSS12X6X1/4', 'min-zy', null, false), ('Pipe10STD', 'max-depth', 10.75, true),
              ('Pipe10STD', 'min-sx', 28.1, true), ('Pipe10STD', 'min-zy', null, false) $$,
    'a limit may be met exactly; what is not printed meets none'
);
select results_eq(
    $$ select distinct limit_name, bound, value, is_met
         from catalog.section_checks('{HSS}', '{}', '{"mx": 9, "my": 0, "fy": 50, "method": "asd"}',
                                     'us', null, 'v16.0', null) $$,
    $$ values ('max-strength-ratio', 1.0, null::numeric, false) $$,
    'a section of unknown strength has not enough'
);

select results_eq(
    $$ select distinct value, is_met
         from catalog.section_checks('{HSS}', '{}', '{"mx": 0, "my": 0, "fy": 50, "method": "asd"}',
                                     'us', null, 'v16.0', null) $$,
    $$ values (0::numeric, true) $$,
    'no moment needs no strength'
);
reset role;
select pg_temp.section(
    import_id, 'v16.0', 'W' || zx, 'W', '{}',
    jsonb_build_object(
        'us', jsonb_build_object(
            'W', 1, 'A', 1, 'Zx', zx, 'Zy', zx / 2, 'Sy', 30, 'bf/2tf', 5, 'h/tw', 40
        )
    ), 9
)
  from catalog.imports, unnest('{0,120}'::integer[]) as zx where edition = 'v16.0';
set local role eagle_application;
select results_eq(
    $$ select shape, checked.value, checked.is_met
         from unnest(array[0, 45]) as my
        cross join lateral catalog.section_checks(
                  '{W}', '{}',
                  jsonb_build_object('mx', my * 2, 'my', my, 'fy', 50, 'method', 'lrfd'),
                  'us', null, 'v16.0', null
              ) as checked
         join catalog.material_catalog using (material_id)
        where shape in ('W0', 'W120')
        order by my, shape $$,
    $$ values ('W0', 0::numeric, true), ('W120', 0, true),
              ('W0', null, false), ('W120', 0.45, true) $$,
    'what bears no moment has not enough of it; the parts about both axes are added'
);

select * from finish();
rollback;
