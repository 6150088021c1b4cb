begin;
select plan(10);
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
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.soil_classes') $$,
    $$ values
        ('soil_classes_bearing_psf_check',
         'CHECK (((bearing_psf > (0)::numeric) AND (bearing_psf < ''Infinity''::numeric)))'),
        ('soil_classes_class_check', 'CHECK ((class > 0))'),
        ('soil_classes_code_check', 'CHECK (((code <> ''''::text) AND (length(code) <= 100)))'),
        ('soil_classes_description_check',
         'CHECK (((description <> ''''::text) AND (length(description) <= 1000)))'),
        ('soil_classes_import_id_fkey',
         'FOREIGN KEY (import_id) REFERENCES catalog.imports(import_id)'),
        ('soil_classes_lateral_bearing_psf_per_ft_check',
         'CHECK (((lateral_bearing_psf_per_ft > (0)::numeric)'
         ' AND (lateral_bearing_psf_per_ft < ''Infinity''::numeric)))'),
        ('soil_classes_pkey', 'PRIMARY KEY (code, class)'),
        ('soil_classes_sliding_check',
         'CHECK ((((sliding_friction_coefficient > (0)::numeric)'
         ' AND (sliding_friction_coefficient < (1)::numeric) AND (sliding_cohesion_psf IS NULL))'
         ' OR ((sliding_cohesion_psf > (0)::numeric)'
         ' AND (sliding_cohesion_psf < ''Infinity''::numeric)'
         ' AND (sliding_friction_coefficient IS NULL))))'),
        ('soil_classes_source_check',
         'CHECK (((source <> ''''::text) AND (length(source) <= 1000)))'),
        ('soil_classes_source_row_check', 'CHECK ((source_row > 0))'),
        ('soil_classes_uscs_symbols_check', 'CHECK ((length(uscs_symbols) <= 100))') $$,
    'a class of soil has these constraints'
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
