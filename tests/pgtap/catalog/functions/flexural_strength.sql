begin;
select plan(7);
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

select * from finish();
rollback;
