begin;
select plan(7);
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

-- Of a section of which each measure is 1 in US units, and printed in SI units as much above what
-- that is as it may be, and more.
reset role;
create temporary table measure (
    name text, typed text, part text, key text, factor numeric, off numeric
) on commit drop;
insert into measure (name, typed, part, key, factor, off)
values
    ('weight', 'weight_lb_per_ft', 'properties', 'W', 1.48816394357, 0.04 * 1.48816394357 + 0.6),
    ('area', 'area_in2', 'properties', 'A', 645.16, 0.015 * 645.16),
    ('depth', 'depth_in', 'dimensions', 'd', 25.4, 0.015 * 25.4 + 0.5),
    ('width', 'width_in', 'dimensions', 'bf', 25.4, 0.015 * 25.4 + 0.5),
    ('ix', 'ix_in4', 'properties', 'Ix', 0.4162314256, 0.015 * 0.4162314256),
    ('sx', 'sx_in3', 'properties', 'Sx', 16.387064, 0.015 * 16.387064),
    ('zx', 'zx_in3', 'properties', 'Zx', 16.387064, 0.015 * 16.387064),
    ('rx', 'rx_in', 'properties', 'rx', 25.4, 0.015 * 25.4),
    ('iy', 'iy_in4', 'properties', 'Iy', 0.4162314256, 0.015 * 0.4162314256),
    ('sy', 'sy_in3', 'properties', 'Sy', 16.387064, 0.015 * 16.387064),
    ('zy', 'zy_in3', 'properties', 'Zy', 16.387064, 0.015 * 16.387064),
    ('ry', 'ry_in', 'properties', 'ry', 25.4, 0.015 * 25.4),
    ('j', 'j_in4', 'properties', 'J', 416.2314256, 0.015 * 416.2314256);
create function pg_temp.measured(more numeric)
    returns jsonb
    language sql
as $function$
    select catalog.section_measures(
               jsonb_populate_record(
                   null::catalog.material_catalog,
                   given.typed || jsonb_build_object(
                       'shape_type', 'W',
                       'properties', jsonb_build_object('si', given.properties),
                       'dimensions', jsonb_build_object('si', given.dimensions)
                   )
               ), 'si'
           )
      from (select jsonb_object_agg(typed, 1) as typed,
                   jsonb_object_agg(key, factor + off + more)
                       filter (where part = 'properties') as properties,
                   jsonb_object_agg(key, factor + off + more)
                       filter (where part = 'dimensions') as dimensions
              from measure) as given
$function$;
select is(
    pg_temp.measured(0), (select jsonb_object_agg(name, factor + off) from measure),
    'what is printed may differ by what rounding makes of it'
);
select is(
    pg_temp.measured(0.3),
    (select jsonb_object_agg(name, round(factor, 3 - floor(log(factor))::integer)) from measure),
    'what differs by more is the US value to four digits'
);

select * from finish();
rollback;
