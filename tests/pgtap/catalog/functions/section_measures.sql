begin;
select plan(5);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.section_measures'),
    '(section catalog.material_catalog, units text) returns jsonb, stable, security invoker',
    'a section is measured in one unit system'
);
set local role eagle_operator;
select pg_temp.edition('v16.0');
reset role;
set local role eagle_application;
select is(
    catalog.section_measures(catalog.find_shape('W14X90'), 'us') - '{rx,area,width,zx}'::text[],
    jsonb_build_object('weight', 90, 'depth', 14, 'sx', 143, 'ix', 999) || '{"iy": null, "sy": null,
        "zy": null, "ry": null, "j": null}',
    'in US units by its typed columns'
);
select is(
    catalog.section_measures(catalog.find_shape('W14X90'), 'si') -> 'sx', '2340',
    'in SI units by what is printed'
);
select is(
    catalog.section_measures(catalog.find_shape('Pipe10STD'), 'si') -> 'sx', '460.5',
    'or by the US value, converted, where nothing is'
);
reset role;
set local role eagle_operator;
update catalog.material_catalog
   set properties = jsonb_set(properties, '{si,Sx}', '2540')
 where shape = 'W14X90';
select is(
    catalog.section_measures(catalog.find_shape('W14X90'), 'si') -> 'sx', '2343',
    'or where what is printed contradicts it'
);

select * from finish();
rollback;
