-- restores: catalog.newest_edition @0039
-- restores: catalog.find_shape @0029
-- restores: catalog.shape_properties @0003
-- restores: catalog.shape_sources @0003
-- restores: catalog.diff @0003

comment on function catalog.find_shape(text, text, text) is
    'One section by its designation, in any case; the newest edition unless one is named.';

drop function catalog.undo_import(uuid, text);
drop function catalog.keep_rows(uuid, text, text[]);
drop function catalog.why_no_section(text[], jsonb, jsonb, text, text, text, text);
drop function catalog.search_sections(
    text[], jsonb, jsonb, text, text, text, text, integer
);
drop function catalog.require_search(text[], jsonb, jsonb, text, text, text, text);
drop function catalog.section_checks(text[], jsonb, jsonb, text, text, text, text);
drop function catalog.flexural_strength(
    catalog.material_catalog, text, numeric, text, text
);
drop function catalog.hollow_form(catalog.material_catalog);
drop function catalog.section_measures(catalog.material_catalog, text);
drop function catalog.nearest_shapes(text, text, text, integer);
drop function catalog.shapes_named(text, text, text);
drop function catalog.shape_key(text);
