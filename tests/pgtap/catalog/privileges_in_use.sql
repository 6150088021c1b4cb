begin;
select plan(129);
\ir steel.psql
select pg_temp.edition('v15.0'), pg_temp.edition('v16.0');

create temporary table questions as
select *
  from (values
    ('the constants', $$ select count(*) > 0 from catalog.calibration_constants $$),
    ('the prices', $$ select count(*) > 0 from catalog.pricing_configs $$),
    ('the clauses of codes', $$ select count(*) > 0 from catalog.code_references $$),
    ('what was imported', $$ select count(*) > 0 from catalog.imports $$),
    ('what symbols mean', $$ select count(*) > 0 from catalog.property_definitions $$),
    ('the materials', $$ select count(*) > 0 from catalog.material_catalog $$),
    ('the value of a constant on a day',
     $$ select count(*) = 1 from catalog.constant_on('K_FACTOR', '2025-06-01') $$),
    ('the price of an item on a day',
     $$ select count(*) = 1 from catalog.price_on('base_est', '2025-06-01') $$),
    ('the value of a constant as of a moment',
     $$ select count(*) = 1 from catalog.constant_as_of('K_FACTOR', '2025-06-01', now()) $$),
    ('the price of an item as of a moment',
     $$ select count(*) = 1 from catalog.price_as_of('base_est', '2025-06-01', now()) $$),
    ('what versions were', $$ select count(*) = 0 from catalog.past_versions $$),
    ('the newest edition', $$ select catalog.newest_edition(null) = 'v16.0' $$),
    ('a shape', $$ select count(*) = 1 from catalog.find_shape('W14X90') $$),
    ('the properties of a shape',
     $$ select count(*) > 0 from catalog.shape_properties('W14X90') $$),
    ('where they come from', $$ select count(*) > 0 from catalog.shape_sources('W14X90') $$),
    ('the lightest sections', $$ select count(*) = 1 from catalog.lightest_sections('{W}', 100) $$),
    ('what two editions differ in', $$ select count(*) = 0 from catalog.diff('v15.0', 'v16.0') $$),
    ('what soils bear', $$ select count(*) > 0 from catalog.soil_classes $$),
    ('what imports replaced', $$ select count(*) = 0 from catalog.replaced_rows $$),
    ('what is in doubt', $$ select count(*) = 0 from catalog.doubts('v16.0') $$),
    ('the key of a code',
     $$ select catalog.code_key('ASCE 7-16') = catalog.code_key('asce 7-16') $$),
    ('the key of a shape', $$ select catalog.shape_key('w 14 x 90') = 'W|14|90' $$),
    ('the shapes of a name', $$ select count(*) = 1 from catalog.shapes_named('W14X90') $$),
    ('the shapes near to a name', $$ select catalog.nearest_shapes('W14X91') = '{W14X90}' $$),
    ('the measures of a section',
     $$ select catalog.section_measures(s, 'us') ->> 'sx' = '143'
          from catalog.find_shape('W14X90') as s $$),
    ('the form of a hollow section',
     $$ select catalog.hollow_form(s) = 'round' from catalog.find_shape('Pipe10STD') as s $$),
    ('the strength of a section',
     $$ select catalog.flexural_strength(s, 'x', 50, 'lrfd', 'us') is null
          from catalog.find_shape('HSS12X6X1/4') as s $$),
    ('what a section meets',
     $$ select count(*) = 1 from catalog.section_checks(
            '{W}', '{"min-sx": 1}', null, 'us', null, 'v16.0', null) $$),
    ('whether a search is sound',
     $$ select true from catalog.require_search('{W}', '{}', null, 'us', null, 'v16.0', null) $$),
    ('the sections that meet limits',
     $$ select count(*) = 1 from catalog.search_sections('{W}', '{"min-sx": 1}') $$),
    ('why none does',
     $$ select catalog.why_no_section(
            '{W}', '{"min-sx": 999}', null, 'us', null, 'v16.0', null) is not null $$)
  ) as q (subject, question);
grant select on questions to public;
create function pg_temp.answer(question text) returns boolean language plpgsql
as $function$
declare
    answer boolean;
begin
    execute question into answer;
    return answer;
end
$function$;

set local role eagle_application;
select ok(pg_temp.answer(q.question), 'the application is told ' || q.subject) from questions as q;
set local role eagle_reader;
select ok(pg_temp.answer(q.question), 'a reader is told ' || q.subject) from questions as q;
set local role eagle_auditor;
select ok(pg_temp.answer(q.question), 'an auditor is told ' || q.subject) from questions as q;
set local role eagle_operator;
select ok(pg_temp.answer(q.question), 'an operator is told ' || q.subject) from questions as q;

select lives_ok(
    $$ update catalog.property_definitions
          set sort_order = sort_order, category = category, description = description,
              unit_us = unit_us, unit_si = unit_si, aliases = aliases $$,
    'an operator may correct what a symbol means'
);
select lives_ok(
    $$ update catalog.code_references
          set title = title, formula = formula, application = application, source = source,
              import_id = import_id, source_row = source_row $$,
    'an operator may correct a clause'
);
select lives_ok(
    $$ insert into catalog.soil_classes
       select code, 99, description, uscs_symbols, bearing_psf, lateral_bearing_psf_per_ft,
              sliding_friction_coefficient, sliding_cohesion_psf, source, import_id, source_row
         from catalog.soil_classes limit 1 $$,
    'an operator may add a class of soil'
);
select lives_ok(
    $$ update catalog.soil_classes
          set description = description, uscs_symbols = uscs_symbols, bearing_psf = bearing_psf,
              lateral_bearing_psf_per_ft = lateral_bearing_psf_per_ft,
              sliding_friction_coefficient = sliding_friction_coefficient,
              sliding_cohesion_psf = sliding_cohesion_psf, source = source,
              import_id = import_id, source_row = source_row $$,
    'and correct it'
);
select lives_ok(
    $$ update catalog.material_catalog
          set kind = kind, shape = shape, set_apart = set_apart, shape_type = shape_type, edi_label = edi_label,
              metric_label = metric_label, has_special_note = has_special_note,
              dimensions = dimensions, properties = properties, other_sources = other_sources,
              doubts = doubts, source = source, import_id = import_id,
              source_sheet = source_sheet, source_row = source_row $$,
    'an operator may correct a material'
);

select * from finish();
rollback;
