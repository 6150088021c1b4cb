begin;
select plan(2);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.hollow_form'),
    '(section catalog.material_catalog) returns text, stable, security invoker',
    'a hollow section has a form'
);
select results_eq(
    $$ select catalog.hollow_form(jsonb_populate_record(null::catalog.material_catalog,
                  jsonb_build_object('shape_type', shape_type, 'dimensions', dimensions::jsonb)))
         from (values ('PIPE', '{"us": {"OD": 8}}'), ('HSS', '{"si": {"OD": 200}}'),
                      ('HSS', '{"us": {"Ht": 8, "B": 8}}'), ('HSS', '{"us": {"Ht": 8, "B": 4}}'),
                      ('W', '{"us": {"d": 14}}')) as given (shape_type, dimensions) $$,
    array['round', 'round', 'square', 'rectangular', null],
    'round with a diameter, square with equal walls, else rectangular; others have none'
);

select * from finish();
rollback;
