begin;
select plan(9);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.soil_classes') $$,
    $$ values
        ('code', 'text', 'not null', ''),
        ('class', 'integer', 'not null', ''),
        ('description', 'text', 'not null', ''),
        ('uscs_symbols', 'text', 'null', ''),
        ('bearing_psf', 'numeric', 'not null', ''),
        ('lateral_bearing_psf_per_ft', 'numeric', 'not null', ''),
        ('sliding_friction_coefficient', 'numeric', 'null', ''),
        ('sliding_cohesion_psf', 'numeric', 'null', ''),
        ('source', 'text', 'not null', ''),
        ('import_id', 'uuid', 'not null', ''),
        ('source_row', 'integer', 'not null', '') $$,
    'a class of soil has these columns, in this order'
);
set local role eagle_application;
select throws_ok(
    format(verb.statement, 'catalog.soil_classes'),
    '42501', 'permission denied for table soil_classes',
    format('eagle_application does not %s classes of soil', verb.name)
)
  from (values ('add', 'insert into %s default values'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
select results_eq(
    $$ select class, bearing_psf from catalog.soil_classes
        where code = 'IBC 2018' order by class $$,
    $$ values (1, 12000::numeric), (2, 4000), (3, 3000), (4, 2000), (5, 1500) $$,
    'engineers read what a soil of a class bears'
);
reset role;
set local role eagle_operator;
select throws_ok(
    format('update catalog.soil_classes set %s where class = 5', wrong.change),
    '23514', null, format('a class does not have %s', wrong.what)
)
  from (values ('bearing_psf = 0', 'no bearing'),
               ('lateral_bearing_psf_per_ft = -1', 'a negative value'),
               ('sliding_friction_coefficient = 0.25', 'both friction and cohesion'),
               ('source = ''''', 'no source')) as wrong (change, what);

select * from finish();
rollback;
