begin;
select plan(10);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.flexural_strength'),
    '(section catalog.material_catalog, axis text, fy numeric, method text, units text) returns'
    ' numeric, stable, security invoker',
    'a section has a strength about an axis'
);
-- A compact I-shape and a compact pipe of round numbers; typed columns are set by name.
create function pg_temp.strength(shape_type text, ratios text, axis text, fy numeric, method text)
    returns numeric language sql
as $function$
    select round(catalog.flexural_strength(jsonb_populate_record(
               null::catalog.material_catalog,
               jsonb_build_object('shape_type', shape_type, 'zx_in3', 120, 'zy_in3', 60, 'sy_in3', 30,
                                  'properties', jsonb_build_object('us', ratios::jsonb))
           ), axis, fy, method, 'us'), 2)
$function$;
select is(
    pg_temp.strength('W', '{"bf/2tf": 5, "h/tw": 40}', 'x', 50, 'lrfd'), 450.00,
    'phi Fy Zx, in kip-ft, of an I-shape'
);
select is(
    pg_temp.strength('W', '{"bf/2tf": 5, "h/tw": 40}', 'x', 50, 'asd'), 299.40,
    'Fy Zx / Omega by allowable strength'
);
select is(
    pg_temp.strength('W', '{"bf/2tf": 5, "h/tw": 40}', 'y', 50, 'lrfd'), 180.00,
    'about the minor axis at most 1.6 Fy Sy'
);
select is(
    pg_temp.strength('PIPE', '{"D/t": 40}', 'y', 50, 'lrfd'), 225.00, 'Fy Z of a pipe'
);
select results_eq(
    $$ select pg_temp.strength(shape_type, ratios, axis, 50, 'lrfd') is null
         from (values ('W', '{"bf/2tf": 9.2, "h/tw": 40}', 'x'),
                      ('W', '{"bf/2tf": 5, "h/tw": 91}', 'x'), ('W', '{}', 'x'),
                      ('HSS', '{"b/tdes": 27, "h/tdes": 30}', 'x'),
                      ('HSS', '{"b/tdes": 20, "h/tdes": 30}', 'y'),
                      ('PIPE', '{"D/t": 41}', 'x'), ('L', '{"b/t": 4}', 'x')
              ) as given (shape_type, ratios, axis) $$,
    array[true, true, true, true, true, true, true],
    'no strength is known of what is not compact, says nothing of it, or is of another type'
);
select is(
    pg_temp.strength('HSS', '{"b/tdes": 26, "h/tdes": 58}', 'x', 50, 'lrfd'), 450.00,
    'a rectangular section is compact about x by its own limits'
);

-- The same of sections whose ratios follow from printed sizes, and in SI units.
create function pg_temp.strength_of(
    shape_type text, units text, fy numeric, ratios text, sizes text
)
    returns numeric language sql
as $function$
    select round(catalog.flexural_strength(jsonb_populate_record(
               null::catalog.material_catalog,
               jsonb_build_object(
                   'shape_type', shape_type,
                   'properties', jsonb_build_object('us', ratios::jsonb, 'si', '{"Zx": 1000}'::jsonb),
                   'dimensions', jsonb_build_object('us', sizes::jsonb)
               ) || case units when 'us' then '{"zx_in3": 120}'::jsonb else '{}' end
           ), 'x', fy, 'lrfd', units), 2)
$function$;
select results_eq(
    $$ select pg_temp.strength_of(shape_type, 'us', 50, ratios, sizes)
         from (values
                ('W', '{}', '{"bf": 18, "tf": 1, "d": 92, "kdes": 1, "tw": 1}'),
                ('W', '{}', '{"bf": 20, "tf": 1, "d": 20, "kdes": 1, "tw": 1}'),
                ('W', '{}', '{"bf": 18, "tf": 0, "d": 20, "kdes": 1, "tw": 1}'),
                ('W', '{}', '{"bf": 18, "tf": 1, "d": 100, "kdes": 4, "tw": 1}'),
                ('MC', '{}', '{"bf": 9, "tf": 1, "d": 20, "kdes": 1, "tw": 1}'),
                ('MC', '{}', '{"bf": 10, "tf": 1, "d": 20, "kdes": 1, "tw": 1}'),
                ('HSS', '{}', '{"b": 26, "h": 58, "tdes": 1}'),
                ('HSS', '{"b/tdes": 26, "h/tdes": 59}', '{}')
              ) as given (shape_type, ratios, sizes) $$,
    array[450.00, null, null, null, 450.00, null, 450.00, null],
    'slenderness that is not printed follows from the sizes; of a channel, all of the flange counts'
);
select results_eq(
    $$ select pg_temp.strength_of('W', 'us', 50, format('{"bf/2tf": %s, "h/tw": 40}', ratio), '{}')
         from unnest(array[9.1515, 9.1517]) as ratio $$,
    array[450.00, null],
    'the limit is 0.38 times the root of E / Fy, of an E of 29,000 ksi'
);
select results_eq(
    $$ select pg_temp.strength_of(
                  'W', 'si', 344.73785, format('{"bf/2tf": %s, "h/tw": 40}', ratio), '{}')
         from unnest(array[9.1515, 9.1517]) as ratio $$,
    array[310.26, null],
    'in SI units it is kN-m, of MPa and thousands of cubic millimetres'
);

select * from finish();
rollback;
