begin;
select plan(24);
\ir ../../shape.psql
\ir ../steel.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.material_catalog')
        where "default" !~ 'us' $$,
    $$ values
        ('material_id', 'uuid', 'not null', 'ops.uuid_v7()'),
        ('kind', 'text', 'not null', ''),
        ('standard', 'text', 'not null', ''),
        ('edition', 'text', 'not null', ''),
        ('grade', 'text', 'null', ''),
        ('shape', 'text', 'null', ''),
        ('shape_type', 'text', 'null', ''),
        ('edi_label', 'text', 'null', ''),
        ('metric_label', 'text', 'null', ''),
        ('has_special_note', 'boolean', 'null', ''),
        ('dimensions', 'jsonb', 'not null', '''{}''::jsonb'),
        ('properties', 'jsonb', 'not null', '''{}''::jsonb'),
        ('source', 'text', 'not null', ''),
        ('import_id', 'uuid', 'not null', ''),
        ('source_sheet', 'text', 'null', ''),
        ('source_row', 'integer', 'not null', ''),
        ('other_sources', 'jsonb', 'not null', '''{}''::jsonb'),
        ('doubts', 'text[]', 'not null', '''{}''::text[]'),
        ('doubted', 'text[]', 'null', ''),
        ('set_apart', 'jsonb', 'null', '') $$,
    'a material or section has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.material_catalog') $$,
    $$ values
        ('material_catalog_area_check',
         'CHECK (((kind = ''material''::text) OR ((area_in2 IS NOT NULL) AND (area_in2 >'
         ' (0)::numeric))))'),
        ('material_catalog_dimensions_check',
         'CHECK (((jsonb_typeof(dimensions) = ''object''::text) AND ops.json_fits(dimensions,'
         ' 65536)))'),
        ('material_catalog_doubted_check',
         'CHECK (((array_position(doubted, NULL::text) IS NULL) AND ((cardinality(doubted) >= 1) AND'
         ' (cardinality(doubted) <= 1000)) AND (length(array_to_string(doubted, ''''::text)) <='
         ' 100000)))'),
        ('material_catalog_doubts_check',
         'CHECK (((array_position(doubts, NULL::text) IS NULL) AND (cardinality(doubts) <= 1000)'
         ' AND (length(array_to_string(doubts, ''''::text)) <= 100000)))'),
        ('material_catalog_edi_label_check', 'CHECK ((length(edi_label) <= 100))'),
        ('material_catalog_edition_check',
         'CHECK (((edition <> ''''::text) AND ((kind = ''material''::text) OR (edition ~'
         ' ''^v[0-9]+([.][0-9]+)*$''::text)) AND (length(edition) <= 50)))'),
        ('material_catalog_grade_check',
         'CHECK (((grade <> ''''::text) AND ((kind = ''section''::text) OR (grade IS NOT NULL))'
         ' AND (length(grade) <= 100)))'),
        ('material_catalog_import_id_fkey',
         'FOREIGN KEY (import_id) REFERENCES catalog.imports(import_id)'),
        ('material_catalog_kind_check',
         'CHECK ((kind = ANY (ARRAY[''material''::text, ''section''::text])))'),
        ('material_catalog_metric_label_check', 'CHECK ((length(metric_label) <= 100))'),
        ('material_catalog_other_sources_check',
         'CHECK (((jsonb_typeof(other_sources) = ''object''::text) AND'
         ' ops.json_fits(other_sources, 65536)))'),
        ('material_catalog_pkey', 'PRIMARY KEY (material_id)'),
        ('material_catalog_properties_check',
         'CHECK (((jsonb_typeof(properties) = ''object''::text) AND ops.json_fits(properties,'
         ' 65536)))'),
        ('material_catalog_section_check',
         'CHECK (((kind = ''section''::text) = (shape_type IS NOT NULL)))'),
        ('material_catalog_set_apart_check',
         'CHECK (((jsonb_typeof(set_apart) = ''object''::text) AND ops.json_fits(set_apart,'
         ' 65536)))'),
        ('material_catalog_shape_check',
         'CHECK (((shape <> ''''::text) AND ((kind = ''material''::text) OR (shape IS NOT NULL))'
         ' AND (length(shape) <= 100)))'),
        ('material_catalog_shape_type_check', 'CHECK ((length(shape_type) <= 50))'),
        ('material_catalog_source_check', 'CHECK ((length(source) <= 1000))'),
        ('material_catalog_source_row_check', 'CHECK ((source_row > 0))'),
        ('material_catalog_source_sheet_check', 'CHECK ((length(source_sheet) <= 255))'),
        ('material_catalog_standard_check', 'CHECK ((length(standard) <= 200))'),
        ('material_catalog_standard_edition_grade_shape_key',
         'UNIQUE NULLS NOT DISTINCT (standard, edition, grade, shape)'),
        ('material_catalog_strength_check',
         'CHECK (((kind = ''section''::text) OR ((((fy_ksi > (0)::numeric) AND (fu_ksi >= fy_ksi)'
         ' AND (e_ksi > (0)::numeric)) IS TRUE) AND COALESCE((g_ksi > (0)::numeric), true))))'),
        ('material_catalog_weight_check',
         'CHECK (((kind = ''material''::text) OR ((weight_lb_per_ft IS NOT NULL) AND'
         ' (weight_lb_per_ft > (0)::numeric))))') $$,
    'a material or section has these constraints'
);
select results_eq(
    $$ select * from pg_temp.indexes_of_table('catalog.material_catalog') $$,
    $$ values
        ('CREATE INDEX material_catalog_edition_weight_lb_per_ft_section_idx btree (edition, '
         'weight_lb_per_ft) WHERE (kind = ''section''::text)'),
        ('CREATE INDEX material_catalog_upper_shape_edition_idx btree (upper(shape), edition)') $$,
    'these indexes serve queries'
);
set local role eagle_application;
select throws_ok(
    format(verb.statement, 'catalog.material_catalog'),
    '42501', 'permission denied for table material_catalog',
    format('eagle_application does not %s materials', verb.name)
)
  from (values ('add', 'insert into %s default values'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
reset role;

select results_eq(
    $$ select name, type, nullable from pg_temp.columns_of('catalog.material_catalog')
        where "default" ~ 'us' order by name $$,
    $$ values ('area_in2', 'numeric', 'null'), ('depth_in', 'numeric', 'null'),
              ('e_ksi', 'numeric', 'null'), ('flange_thickness_in', 'numeric', 'null'),
              ('fu_ksi', 'numeric', 'null'), ('fy_ksi', 'numeric', 'null'),
              ('g_ksi', 'numeric', 'null'), ('ix_in4', 'numeric', 'null'),
              ('iy_in4', 'numeric', 'null'), ('j_in4', 'numeric', 'null'),
              ('rx_in', 'numeric', 'null'), ('ry_in', 'numeric', 'null'),
              ('sx_in3', 'numeric', 'null'), ('sy_in3', 'numeric', 'null'),
              ('wall_thickness_in', 'numeric', 'null'), ('web_thickness_in', 'numeric', 'null'),
              ('weight_lb_per_ft', 'numeric', 'null'), ('width_in', 'numeric', 'null'),
              ('zx_in3', 'numeric', 'null'), ('zy_in3', 'numeric', 'null') $$,
    'what engineers search by has a column of its own'
);

set local role eagle_operator;
select pg_temp.edition('v16.0');
select results_eq(
    $$ select shape, weight_lb_per_ft, area_in2, depth_in, width_in, wall_thickness_in, sx_in3
         from catalog.material_catalog where kind = 'section' order by source_row $$,
    $$ values ('W14X90', 90, 26.5, 14, 14.5, null, 143),
              ('HSS12X6X1/4', 29.23, 8.03, 12, 6, 0.233, 25.2),
              ('Pipe10STD', 40.5, 11.5, 10.75, 10.75, 0.34, 28.1) $$,
    'the typed columns are the printed values, whatever the type of section calls them'
);
select throws_ok(
    $$ update catalog.material_catalog set sx_in3 = 1 $$,
    '428C9', 'column "sx_in3" can only be updated to DEFAULT',
    'a typed column cannot say anything else than the printed values'
);
select throws_ok(
    $$ delete from catalog.material_catalog $$,
    '42501', 'permission denied for table material_catalog',
    'the catalog owner adds and corrects sections, and removes none'
);
select pg_temp.section(
    import_id, 'v16.0', 'L6X4X7/8', 'L', '{"us": {"d": 4, "b": 6, "t": 0.875}}',
    '{"us": {"W": 27.2, "A": 8}}', 5
)
  from catalog.imports where edition = 'v16.0';
select results_eq(
    $$ select depth_in, width_in, wall_thickness_in from catalog.material_catalog
        where shape = 'L6X4X7/8' $$,
    $$ values (6::numeric, 4::numeric, 0.875) $$,
    'an angle is as deep as its longer leg'
);
select pg_temp.section(
    import_id, 'v16.0', 'W360X134', 'W', '{"si": {"d": 356, "bf": 368}}',
    '{"si": {"W": 134, "A": 17100, "Ix": 416, "Sx": 2340, "J": 1690}}', 6
)
  from catalog.imports where edition = 'v16.0';
select results_eq(
    $$ select weight_lb_per_ft, area_in2, depth_in, ix_in4, sx_in3, j_in4
         from catalog.material_catalog where shape = 'W360X134' $$,
    $$ values (90.04, 26.5051, 14.0157, 999.4440, 142.7956, 4.060241) $$,
    'a section printed in SI alone is converted to be searched'
);
select throws_ok(
    format(
        'select pg_temp.section(%L, %L, %L, %L, %L, %L, %s)',
        (select import_id from catalog.imports where edition = 'v16.0'),
        wrong.edition, wrong.shape, wrong.shape_type, '{}', wrong.properties, wrong.source_row
    ),
    wrong.sqlstate, null,
    format('a section does not have %s', wrong.what)
)
  from (values
            ('23514', 'v16.0', 'X1', 'W', '{"us": {"W": 0, "A": 1}}', 7, 'no weight'),
            ('23514', 'v16.0', 'X1', 'W', '{"us": {"W": 1, "A": -1}}', 7, 'a negative area'),
            ('23514', 'v16.0', 'X1', 'W', '{"us": {"A": 1}}', 7, 'an unknown weight'),
            ('23514', '16', 'X1', 'W', '{"us": {"W": 1, "A": 1}}', 7, 'an edition without v'),
            ('23514', 'v16.0', '', 'W', '{"us": {"W": 1, "A": 1}}', 7, 'an empty designation'),
            ('23514', 'v16.0', 'X1', null, '{"us": {"W": 1, "A": 1}}', 7, 'an unknown type'),
            ('23514', 'v16.0', 'X1', 'W', '[]', 7, 'a list of properties'),
            ('23514', 'v16.0', 'X1', 'W', '{"us": {"W": 1, "A": 1}}', 0, 'a row before the first'),
            ('22023', 'v16.0', 'X1', 'W', '{"us": {"W": "1", "A": 1}}', 7, 'text for a number'),
            ('23505', 'v16.0', 'W14X90', 'W', '{"us": {"W": 1, "A": 1}}', 7, 'a namesake')
       ) as wrong (sqlstate, edition, shape, shape_type, properties, source_row, what);
select lives_ok(
    $$ select pg_temp.edition('v16.0', 'A1085') $$,
    'a section made for a grade of steel has the designation of the general one'
);
select throws_ok(
    $$ update catalog.material_catalog
          set properties = jsonb_set(properties, '{us,Fu}', '30') where grade = 'A36' $$,
    '23514',
    'new row for relation "material_catalog" violates check constraint'
    ' "material_catalog_strength_check"',
    'steel does not break before it yields'
);

select * from finish();
rollback;
