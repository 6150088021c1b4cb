begin;
select plan(3);
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

select * from finish();
rollback;
