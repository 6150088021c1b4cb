begin;
select plan(108);
\ir ../refusals.psql
insert into catalog.material_catalog (
    kind, standard, edition, shape, shape_type, properties, source, import_id, source_row
)
select
    'section', 'AISC', 'v16.0', 'W14X90', 'W', '{"us": {"W": 90, "A": 26.5}}', 'a test',
    i.import_id, 1
  from catalog.imports as i
 limit 1;
insert into catalog.replaced_rows (import_id, relation, key, was, is_removed)
select i.import_id, 'catalog.code_references', 'a', '{}', false from catalog.imports as i limit 1;
insert into catalog.past_versions (noun, object, version, was, ended_at, outcome)
values ('price', 'a', 'v1', '{}', now(), 'closed');

select pg_temp.has_in_each_row(t.relation, t.columns, t.what)
  from (values
    ('catalog.imports'::regclass,
     '{kind, file_name, file_sha256, sheets, imported_at, imported_by, rows_read, rows_inserted,
       rows_changed, rows_unchanged, rows_rejected, is_kept, changes}'::text[],
     'an import says what was read, when, by whom, and what became of it'),
    ('catalog.property_definitions', '{sort_order, category, description, aliases}',
     'a symbol has a place, a category, a meaning and its other names'),
    ('catalog.calibration_constants', '{value, unit, description, source, effective_from}',
     'a constant has a value, a unit, a meaning, a source and a first day'),
    ('catalog.pricing_configs', '{price_usd, description, category, effective_from}',
     'a price has an amount, a meaning, a category and a first day'),
    ('catalog.code_references', '{title, application, source, import_id, source_row}',
     'a clause has a title, a use and a source'),
    ('catalog.soil_classes',
     '{description, bearing_psf, lateral_bearing_psf_per_ft, source, import_id, source_row}',
     'a class of soil has a description, what it bears and a source'),
    ('catalog.replaced_rows',
     '{import_id, relation, key, was, is_removed, replaced_at, replaced_by}',
     'of a row that was replaced it is known what it was, when, by whom and by which import'),
    ('catalog.past_versions', '{noun, object, version, was, ended_at, outcome, ended_by}',
     'of a version it is known what it was, until when, and who ended it'),
    ('catalog.material_catalog',
     '{kind, standard, edition, dimensions, properties, source, import_id, source_row,
       other_sources, doubts}',
     'a material has a standard, an edition, its values and a source')
  ) as t (relation, columns, what);

select pg_temp.refuses('catalog.imports', t.refused_by, t.change, t.what)
  from (values
    ('imports_changes_check', $$ changes = '{}' $$, 'changes are a list'),
    ('imports_edition_check', $$ kind = 'aisc', edition = '16' $$,
     'an edition is written as v16.0'),
    ('imports_file_name_check', $$ file_name = 'a/b' $$, 'a file is named without its folder'),
    ('imports_file_name_check', $$ file_name = '' $$, 'a file has a name'),
    ('imports_file_sha256_check', $$ file_sha256 = 'AB' $$, 'the hash of a file has 64 digits'),
    ('imports_grade_check', $$ grade = repeat('x', 101) $$, 'a grade has 100 characters at most'),
    ('imports_imported_by_check', $$ imported_by = repeat('x', 64) $$,
     'a role has 63 characters at most'),
    ('imports_kind_check', $$ kind = 'other' $$, 'what is imported is of a known kind'),
    ('imports_kind_edition_check', $$ kind = 'seed', edition = 'v1' $$, 'only steel has editions'),
    ('imports_kind_edition_check', $$ kind = 'aisc', edition = null $$, 'steel has an edition'),
    ('imports_rows_check', $$ rows_read = rows_read + 1 $$, 'each row that is read has an outcome'),
    ('imports_rows_check', $$ rows_rejected = -1, rows_read = rows_read - rows_rejected - 1 $$,
     'no number of rows is below zero'),
    ('imports_sheets_check', $$ sheets = '{null}' $$, 'a sheet has a name'),
    ('imports_undo_reason_check',
     $$ undone_at = now(), undone_by = 'ana', undo_reason = '' $$, 'an undo has a reason'),
    ('imports_undone_by_check',
     $$ undone_at = now(), undone_by = repeat('x', 64), undo_reason = 'a test' $$,
     'who undid an import has 63 characters at most'),
    ('imports_undone_check', $$ undone_at = now() $$, 'somebody undid what is undone')
  ) as t (refused_by, change, what);

select pg_temp.refuses('catalog.property_definitions', t.refused_by, t.change, t.what)
  from (values
    ('property_definitions_aliases_check', $$ aliases = '{null}' $$, 'another name is a name'),
    ('property_definitions_category_check', $$ category = 'other' $$,
     'a symbol is of a known category'),
    ('property_definitions_check', $$ unit_us = 'in', unit_si = null $$,
     'a unit is there in both systems'),
    ('property_definitions_description_check', $$ description = repeat('x', 1001) $$,
     'a meaning has 1,000 characters at most'),
    ('property_definitions_symbol_check', $$ symbol = repeat('x', 51) $$,
     'a symbol has 50 characters at most'),
    ('property_definitions_unit_si_check', $$ unit_us = 'in', unit_si = repeat('x', 51) $$,
     'a unit has 50 characters at most'),
    ('property_definitions_unit_us_check', $$ unit_si = 'mm', unit_us = repeat('x', 51) $$,
     'so has one of the other system')
  ) as t (refused_by, change, what);

select pg_temp.refuses('catalog.calibration_constants', t.refused_by, t.change, t.what)
  from (values
    ('calibration_constants_description_check', $$ description = repeat('x', 1001) $$,
     'what a constant means has 1,000 characters at most'),
    ('calibration_constants_effective_check', $$ effective_to = effective_from $$,
     'a constant holds for a day at least'),
    ('calibration_constants_name_check', $$ name = 'k_factor' $$,
     'a constant is named in capitals'),
    ('calibration_constants_published_by_check', $$ published_by = repeat('x', 64) $$,
     'who published a constant has 63 characters at most'),
    ('calibration_constants_source_check', $$ source = '' $$, 'a constant has a source'),
    ('calibration_constants_unit_check', $$ unit = '' $$, 'a constant has a unit'),
    ('calibration_constants_value_check', $$ value = 'Infinity' $$, 'a value is finite'),
    ('calibration_constants_value_check', $$ value = 'NaN' $$, 'a value is a number'),
    ('calibration_constants_version_check', $$ version = 'V 1' $$,
     'a pack of constants is named in small letters')
  ) as t (refused_by, change, what);

select pg_temp.refuses('catalog.pricing_configs', t.refused_by, t.change, t.what)
  from (values
    ('pricing_configs_description_check', $$ description = repeat('x', 1001) $$,
     'what a price is for has 1,000 characters at most'),
    ('pricing_configs_effective_check', $$ effective_to = effective_from $$,
     'a price holds for a day at least'),
    ('pricing_configs_item_code_check', $$ item_code = 'Base' $$,
     'an item is named in small letters'),
    ('pricing_configs_price_usd_check', $$ price_usd = -0.01 $$, 'no price is below zero'),
    ('pricing_configs_price_usd_check', $$ price_usd = 'NaN' $$, 'a price is a number'),
    ('pricing_configs_published_by_check', $$ published_by = repeat('x', 64) $$,
     'who published a price has 63 characters at most'),
    ('pricing_configs_version_check', $$ version = 'V 1' $$,
     'a version of prices is named in small letters')
  ) as t (refused_by, change, what);

select pg_temp.refuses('catalog.soil_classes', 'soil_classes_' || t.refused_by, t.change, t.what)
  from (values
    ('class_check', $$ class = 0 $$, 'classes of soil are counted from 1'),
    ('code_check', $$ code = '' $$, 'a class of soil is of a code'),
    ('description_check', $$ description = '' $$, 'a class of soil is described'),
    ('source_row_check', $$ source_row = 0 $$, 'a class of soil stands in a row of a file'),
    ('uscs_symbols_check', $$ uscs_symbols = repeat('x', 101) $$,
     'symbols of soil have 100 characters at most')
  ) as t (refused_by, change, what);

select pg_temp.refuses('catalog.replaced_rows', 'replaced_rows_' || t.refused_by, t.change, t.what)
  from (values
    ('key_check', $$ key = '' $$, 'a row that was replaced has a key'),
    ('relation_check', $$ relation = 'catalog.imports' $$, 'what is replaced is of two tables'),
    ('replaced_by_check', $$ replaced_by = repeat('x', 64) $$,
     'who replaced a row has 63 characters at most'),
    ('was_check', $$ was = '[]' $$, 'what a row was is an object')
  ) as t (refused_by, change, what);

select pg_temp.refuses('catalog.past_versions', 'past_versions_' || t.refused_by, t.change, t.what)
  from (values
    ('ended_by_check', $$ ended_by = repeat('x', 64) $$,
     'who ended a version has 63 characters at most'),
    ('noun_check', $$ noun = 'clause' $$, 'versions are those of constants and prices'),
    ('object_check', $$ object = '' $$, 'a version is one of something'),
    ('outcome_check', $$ outcome = 'lost' $$, 'a version ends in a known way'),
    ('version_check', $$ version = '' $$, 'a version has a name'),
    ('was_check', $$ was = '[]' $$, 'what a version was is an object')
  ) as t (refused_by, change, what);

select pg_temp.refuses('catalog.code_references', t.refused_by, t.change, t.what)
  from (values
    ('code_references_application_check', $$ application = repeat('x', 5001) $$,
     'what a clause is for has 5,000 characters at most'),
    ('code_references_code_check', $$ code = '' $$, 'a clause is of a code'),
    ('code_references_formula_check', $$ formula = '' $$, 'a formula is not empty'),
    ('code_references_section_check', $$ section = '' $$, 'a clause has a number'),
    ('code_references_source_check', $$ source = '' $$, 'a clause has a source'),
    ('code_references_source_row_check', $$ source_row = 0 $$,
     'a clause stands in a row of a file'),
    ('code_references_title_check', $$ title = '' $$, 'a clause has a title')
  ) as t (refused_by, change, what);

select pg_temp.refuses(
    'catalog.material_catalog', 'material_catalog_' || t.refused_by, t.change, t.what
)
  from (values
    ('area_check', $$ properties = '{"us": {"W": 90, "A": 0}}' where kind = 'section' $$,
     'a section has an area'),
    ('weight_check', $$ properties = '{"us": {"A": 26.5}}' where kind = 'section' $$,
     'a section has a weight'),
    ('dimensions_check', $$ dimensions = '[]' $$, 'dimensions are an object'),
    ('properties_check', $$ properties = '[]' $$, 'properties are an object'),
    ('other_sources_check', $$ other_sources = '[]' $$, 'other sources are an object'),
    ('doubts_check', $$ doubts = '{null}' $$, 'a doubt is said in words'),
    ('doubted_check', $$ doubted = '{null}' $$, 'what is in doubt has a symbol'),
    ('set_apart_check', $$ set_apart = '[]' $$, 'values that are set apart are an object'),
    ('edi_label_check', $$ edi_label = repeat('x', 101) $$, 'a label has 100 characters at most'),
    ('metric_label_check', $$ metric_label = repeat('x', 101) $$, 'so has a metric one'),
    ('edition_check', $$ edition = '16' where kind = 'section' $$,
     'the edition of a section is written as v16.0'),
    ('grade_check', $$ grade = null where kind = 'material' $$, 'a material is of a grade'),
    ('kind_check', $$ kind = 'other', grade = 'A36' where kind = 'section' $$,
     'a row is a material or a section'),
    ('section_check', $$ shape_type = 'W' where kind = 'material' $$, 'only a section has a shape'),
    ('shape_check', $$ shape = null where kind = 'section' $$, 'a section has a label'),
    ('shape_type_check', $$ shape_type = repeat('x', 51) where kind = 'section' $$,
     'a type of shape has 50 characters at most'),
    ('source_check', $$ source = repeat('x', 1001) $$, 'a source has 1,000 characters at most'),
    ('source_row_check', $$ source_row = 0 $$, 'a material stands in a row of a file'),
    ('source_sheet_check', $$ source_sheet = repeat('x', 256) $$,
     'a sheet has 255 characters at most'),
    ('standard_check', $$ standard = repeat('x', 201) $$, 'a standard has 200 characters at most'),
    ('strength_check',
     $$ properties = jsonb_set(properties, '{us,Fu}', '1') where kind = 'material' $$,
     'no steel breaks before it yields')
  ) as t (refused_by, change, what);

select pg_temp.refuses_a_second(t.relation, t.refused_by, t.change, t.what)
  from (values
    ('catalog.imports'::regclass, 'imports_pkey', '{}'::jsonb, 'an import has its own key'),
    ('catalog.property_definitions', 'property_definitions_pkey', '{}', 'a symbol has one meaning'),
    ('catalog.calibration_constants', 'calibration_constants_pkey', '{}',
     'a pack has a constant once'),
    ('catalog.calibration_constants', 'calibration_constants_name_daterange_excl',
     '{"version": "other"}', 'a constant has one value on a day'),
    ('catalog.pricing_configs', 'pricing_configs_pkey', '{}', 'a version has a price once'),
    ('catalog.pricing_configs', 'pricing_configs_item_code_daterange_excl',
     '{"version": "other"}', 'an item has one price on a day'),
    ('catalog.code_references', 'code_references_pkey', '{}', 'a clause is there once'),
    ('catalog.code_references', 'code_references_code_key_code_key_idx',
     (select jsonb_build_object('code', lower(c.code)) from catalog.code_references as c limit 1),
     'however its code is spelled'),
    ('catalog.soil_classes', 'soil_classes_pkey', '{}', 'a code has a class of soil once'),
    ('catalog.replaced_rows', 'replaced_rows_pkey', '{}', 'what a row was has its own key'),
    ('catalog.past_versions', 'past_versions_pkey', '{}', 'so has what a version was'),
    ('catalog.material_catalog', 'material_catalog_pkey', '{}', 'a material has its own key'),
    ('catalog.material_catalog', 'material_catalog_standard_edition_grade_shape_key',
     '{"material_id": "a2000000-0000-7000-8000-000000000000"}',
     'an edition has a shape of a grade once')
  ) as t (relation, refused_by, change, what);

set local session_replication_role = origin;
select is(
    pg_temp.refused_by($$ update catalog.code_references set import_id = gen_random_uuid() $$),
    'code_references_import_id_fkey', 'a clause was imported'
);
select is(
    pg_temp.refused_by($$ update catalog.soil_classes set import_id = gen_random_uuid() $$),
    'soil_classes_import_id_fkey', 'a class of soil was imported'
);
select is(
    pg_temp.refused_by($$ update catalog.replaced_rows set import_id = gen_random_uuid() $$),
    'replaced_rows_import_id_fkey', 'what replaced a row was imported'
);
select is(
    pg_temp.refused_by($$ update catalog.material_catalog set import_id = gen_random_uuid() $$),
    'material_catalog_import_id_fkey', 'a material was imported'
);

select * from finish();
rollback;
