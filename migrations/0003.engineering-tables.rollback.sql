-- 0003.engineering-tables, undone: every catalog table goes, with its rows.

drop function catalog.diff(text, text, text, text);
drop function catalog.lightest_sections(
    text[], numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric,
    text, text, integer
);
drop function catalog.shape_sources(text, text, text);
drop function catalog.shape_properties(text, text, text, text);
drop function catalog.find_shape(text, text, text);
drop function catalog.newest_edition(text);
drop function catalog.price_on(text, date);
drop function catalog.constant_on(text, date);
drop table catalog.material_catalog;
drop table catalog.code_references;
drop table catalog.pricing_configs;
drop table catalog.calibration_constants;
drop function catalog.protect_published_version();
drop table catalog.property_definitions;
drop table catalog.imports;
drop type catalog.price_category;
delete from ops.table_placements where relation like 'catalog.%';
