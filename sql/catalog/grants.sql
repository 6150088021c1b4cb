-- All privileges of roles in the schema catalog; this file is run again after every migration.

select ops.revoke_grants('catalog');

grant usage on schema catalog to eagle_application, eagle_reader, eagle_auditor, eagle_operator;
grant usage on type catalog.price_category
    to eagle_application, eagle_reader, eagle_auditor, eagle_operator;

grant select
    on catalog.imports,
       catalog.property_definitions,
       catalog.calibration_constants,
       catalog.pricing_configs,
       catalog.code_references,
       catalog.material_catalog,
       catalog.soil_classes,
       catalog.replaced_rows,
       catalog.past_versions
    to eagle_application, eagle_reader, eagle_auditor, eagle_operator;

grant execute
    on function catalog.constant_on(text, date),
                catalog.price_on(text, date),
                catalog.constant_as_of(text, date, timestamptz),
                catalog.price_as_of(text, date, timestamptz),
                catalog.newest_edition(text),
                catalog.code_key(text),
                catalog.shape_key(text),
                catalog.shapes_named(text, text, text),
                catalog.nearest_shapes(text, text, text, integer),
                catalog.find_shape(text, text, text),
                catalog.shape_properties(text, text, text, text),
                catalog.shape_sources(text, text, text),
                catalog.lightest_sections(
                    text[], numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric,
                    text, text, integer
                ),
                 catalog.section_measures(catalog.material_catalog, text),
                 catalog.hollow_form(catalog.material_catalog),
                 catalog.flexural_strength(catalog.material_catalog, text, numeric, text, text),
                 catalog.section_checks(text[], jsonb, jsonb, text, text, text, text),
                 catalog.require_search(text[], jsonb, jsonb, text, text, text, text),
                 catalog.search_sections(text[], jsonb, jsonb, text, text, text, text, integer),
                 catalog.why_no_section(text[], jsonb, jsonb, text, text, text, text),
                 catalog.diff(text, text, text, text),
                 catalog.doubts(text, text)
    to eagle_application, eagle_reader, eagle_auditor, eagle_operator;

-- The owner of the catalogs imports, seeds and publishes as eagle_operator. The privilege to update
-- some columns does not permit LOCK TABLE; that to update the table permits all of its modes.
grant insert
    on catalog.imports,
       catalog.property_definitions,
       catalog.code_references,
       catalog.material_catalog,
       catalog.soil_classes,
       catalog.replaced_rows
    to eagle_operator;
grant update (sort_order, category, description, unit_us, unit_si, aliases)
    on catalog.property_definitions
    to eagle_operator;
grant update (title, formula, application, source, import_id, source_row)
    on catalog.code_references
    to eagle_operator;
grant update (
    description, uscs_symbols, bearing_psf, lateral_bearing_psf_per_ft,
    sliding_friction_coefficient, sliding_cohesion_psf, source, import_id, source_row
) on catalog.soil_classes
    to eagle_operator;
grant update (
    kind, shape, shape_type, edi_label, metric_label, has_special_note, dimensions, properties,
    other_sources, doubts, doubted, set_apart, source, import_id, source_sheet, source_row
) on catalog.material_catalog
    to eagle_operator;
-- Constants and prices are written by these functions alone: what they change stays on record.
grant execute
    on function catalog.publish_constant(
                    text, text, numeric, text, text, text, date, date, boolean, boolean
                ),
                catalog.publish_price(
                    text, text, numeric, text, catalog.price_category, date, date, boolean, boolean
                ),
                catalog.withdraw_constant(text, text, text),
                catalog.withdraw_price(text, text, text),
                catalog.correct_constant(text, text, jsonb, text),
                catalog.correct_price(text, text, jsonb, text)
    to eagle_operator;
grant execute
    on function catalog.keep_rows(uuid, text, text[]),
                catalog.undo_import(uuid, text)
    to eagle_operator;
