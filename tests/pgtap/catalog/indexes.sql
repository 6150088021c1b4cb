begin;
select plan(19);
\ir ../plans.psql
\ir steel.psql

-- The query of a function in standard SQL, with values for its parameters.
create function pg_temp.body_of(function regproc, key text, value text, day text) returns text
    language sql
as $function$
    select replace(
               replace(
                   regexp_replace(
                       pg_get_function_sqlbody(function), '^\s*BEGIN ATOMIC|;\s*END\s*$', '', 'g'
                   ),
                   split_part(function::text, '.', 2) || '.' || key, value
               ),
               split_part(function::text, '.', 2) || '.on_date', day
           );
$function$;

set local role eagle_owner;
insert into catalog.calibration_constants
select 'FILLER_' || name, 'v' || version, 1, 'unitless', 'Filler', 'Filler',
       '2000-01-01'::date + version * 100, '2000-01-01'::date + version * 100 + 100
  from generate_series(1, 500) as name, generate_series(1, 40) as version;
insert into catalog.pricing_configs
select 'filler_' || item, 'v' || version, 1, 'Filler', 'base',
       '2000-01-01'::date + version * 100, '2000-01-01'::date + version * 100 + 100
  from generate_series(1, 500) as item, generate_series(1, 40) as version;
insert into catalog.code_references
select 'Code ' || code, 'Section ' || section, 'Title', null, 'Use', 'Source', import_id, 1
  from generate_series(1, 100) as code, generate_series(1, 50) as section,
       (select import_id from catalog.imports limit 1) as import;
insert into catalog.property_definitions
select 'filler ' || number, 1000 + number, 'property', 'Filler'
  from generate_series(1, 2000) as number;
insert into catalog.imports (
    kind, file_name, file_sha256, sheets, rows_read, rows_inserted, rows_changed, rows_unchanged,
    rows_rejected, is_kept
)
select 'seed', 'filler.csv', repeat('f', 64), '{}', 0, 0, 0, 0, 0, true
  from generate_series(1, 2000);
insert into catalog.soil_classes (
    code, class, description, bearing_psf, lateral_bearing_psf_per_ft,
    sliding_friction_coefficient, source, import_id, source_row
)
select 'Code ' || code, class, 'Soil', 1500, 100, 0.25, 'Source', import_id, 1
  from generate_series(1, 100) as code, generate_series(1, 50) as class,
       (select import_id from catalog.imports limit 1) as import;
insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
select import_id, 'catalog.code_references', 'filler', '{}', false
  from catalog.imports, generate_series(1, 5) where file_name = 'filler.csv';
insert into catalog.past_versions (noun, object, version, was, began_at, ended_at, outcome)
select 'price', 'filler_' || item, 'v' || version, '{}',
       '2000-01-01'::date + version, '2000-01-01'::date + version + 1, 'closed'
  from generate_series(1, 500) as item, generate_series(1, 20) as version;
select pg_temp.fill_editions(10, 2300);
select pg_temp.edition('v16.0');
analyze catalog.calibration_constants, catalog.pricing_configs, catalog.code_references,
        catalog.property_definitions, catalog.imports, catalog.material_catalog,
        catalog.replaced_rows, catalog.soil_classes, catalog.past_versions;

select pg_temp.uses_index(
    'catalog.calibration_constants_name_daterange_excl',
    pg_temp.body_of('catalog.constant_on', 'name', $$'FILLER_77'$$, $$'2005-05-05'::date$$),
    'the value of a constant on a day is one look-up', 'name.*daterange'
);
select pg_temp.uses_index(
    'catalog.pricing_configs_item_code_daterange_excl',
    pg_temp.body_of('catalog.price_on', 'item_code', $$'filler_77'$$, $$'2005-05-05'::date$$),
    'a price on a day is one look-up', 'item_code.*daterange'
);
select pg_temp.uses_index(
    'catalog.calibration_constants_pkey',
    $$ select from catalog.calibration_constants where name = 'FILLER_77' and version = 'v7' $$,
    'publishing looks whether the version is there', 'name.*version'
);
select pg_temp.uses_index(
    'catalog.pricing_configs_pkey',
    $$ select from catalog.pricing_configs where item_code = 'filler_77' and version = 'v7' $$,
    'publishing looks whether the version is there', 'item_code.*version'
);
select pg_temp.uses_index(
    'catalog.code_references_pkey',
    $$ select from catalog.code_references where code = 'ASCE 7-16' and section = '29.3.1' $$,
    'a clause is cited by code and section', 'code.*section'
);
select pg_temp.uses_index(
    'catalog.code_references_code_key_code_key_idx',
    $$ select from catalog.code_references
        where catalog.code_key(code) = catalog.code_key('asce 7–16')
          and catalog.code_key(section) = catalog.code_key('29.3.1') $$,
    'so it is in any spelling', 'code_key.*code_key'
);
select pg_temp.uses_index(
    'catalog.soil_classes_pkey',
    $$ select bearing_psf from catalog.soil_classes where code = 'IBC 2018' and class = 5 $$,
    'a class of soil is looked up by its code', 'code.*class'
);
select pg_temp.uses_index(
    'catalog.past_versions_noun_object_version_tstzrange_excl',
    $$ select was from catalog.past_versions
        where noun = 'price' and object = 'filler_77'
          and tstzrange(began_at, ended_at) @> '2000-01-05'::timestamptz $$,
    'what was published at a moment is one look-up', 'object.*tstzrange'
);
select pg_temp.uses_index(
    'catalog.past_versions_pkey',
    $$ select was from catalog.past_versions
        where past_id = 'a0000000-0000-7000-8000-000000000000' $$,
    'what a version was is kept by its identifier', 'past_id'
);
select pg_temp.uses_index(
    'catalog.replaced_rows_pkey',
    $$ select was from catalog.replaced_rows
        where replaced_id = 'a0000000-0000-7000-8000-000000000000' $$,
    'what was replaced is kept by its identifier', 'replaced_id'
);
select pg_temp.uses_index(
    'catalog.replaced_rows_import_id_idx',
    $$ select was from catalog.replaced_rows
        where import_id = 'a0000000-0000-7000-8000-000000000000' $$,
    'undoing an import reads what it replaced', 'import_id'
);
select pg_temp.uses_index(
    'catalog.property_definitions_pkey',
    $$ select from catalog.property_definitions where symbol = 'Ix' $$,
    'a symbol is looked up'
);
select pg_temp.uses_index(
    'catalog.imports_pkey',
    $$ select file_name from catalog.material_catalog as section
         join catalog.imports as import using (import_id)
        where upper(section.shape) = 'W14X90' and section.edition = 'v16.0' $$,
    'a section leads to the import that stated it'
);
select pg_temp.uses_index(
    'catalog.material_catalog_pkey',
    $$ update catalog.material_catalog as section set doubts = '{}'
         from (values ('a0000000-0000-7000-8000-000000000000'::uuid)) as changed (material_id)
        where section.material_id = changed.material_id $$,
    'a changed row is replaced by its key'
);
select pg_temp.uses_index(
    'catalog.material_catalog_standard_edition_grade_shape_key',
    $$ select fy_ksi from catalog.material_catalog
        where standard = 'ASTM A992/A992M' and edition = 'AISC 360-16' and grade = 'A992' $$,
    'the strength of a grade of steel is looked up', 'standard.*edition.*grade'
);
select pg_temp.uses_index(
    'catalog.material_catalog_upper_shape_edition_idx',
    $$ select from catalog.material_catalog as section
        where upper(section.shape) = upper('w14x90')
          and section.edition = 'v16.0'
          and section.kind = 'section'
          and section.grade is not distinct from null $$,
    'a section is found by its designation in any case', 'upper.*edition'
);
select pg_temp.uses_index(
    'catalog.material_catalog_edition_weight_lb_per_ft_section_idx',
    pg_temp.query_of('catalog.lightest_sections', jsonb_build_object(
        'wanted', $$'v1.7'$$,
        'lightest_sections.grade', 'null',
        'lightest_sections.shape_types', $$'{HSS,PIPE}'::text[]$$,
        'lightest_sections.min_sx_in3', '25',
        'lightest_sections.max_depth_in', '12',
        'lightest_sections.min_zx_in3', 'null::numeric',
        'lightest_sections.min_ix_in4', 'null::numeric',
        'lightest_sections.min_sy_in3', 'null::numeric',
        'lightest_sections.min_iy_in4', 'null::numeric',
        'lightest_sections.min_area_in2', 'null::numeric',
        'lightest_sections.max_width_in', 'null::numeric',
        'lightest_sections.count', '10'
    )),
    'the lightest sections are met first', 'edition'
);
select ok(
    not exists (
        select
          from pg_temp.indexes_of(
                   $$ select shape from catalog.material_catalog where kind = 'material' $$
               )
    ),
    'an index is not said to serve a query that it does not serve'
);
select pg_temp.every_index_is_planned('catalog');

select * from finish();
rollback;
