create table catalog.material_catalog (
    material_id          uuid     not null  default ops.uuid_v7(),
    kind                 text     not null,
    standard             text     not null,
    edition              text     not null,
    grade                text     null,
    shape                text     null,
    shape_type           text     null,
    edi_label            text     null,
    metric_label         text     null,
    has_special_note     boolean  null,
    dimensions           jsonb    not null  default '{}',
    properties           jsonb    not null  default '{}',
    source               text     not null,
    import_id            uuid     not null,
    source_sheet         text     null,
    source_row           integer  not null,
    other_sources        jsonb    not null  default '{}',
    doubts               text[]   not null  default '{}',
    weight_lb_per_ft     numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'W')::numeric,
            round((properties -> 'si' -> 'W')::numeric / 1.48816394357, 2)
        )) stored,
    area_in2             numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'A')::numeric,
            round((properties -> 'si' -> 'A')::numeric / 645.16, 4)
        )) stored,
    depth_in             numeric  null
        generated always as (coalesce(
            case shape_type
                when 'L' then greatest(
                    (dimensions -> 'us' -> 'd')::numeric,
                    (dimensions -> 'us' -> 'b')::numeric
                )
                else coalesce(
                    (dimensions -> 'us' -> 'd')::numeric,
                    (dimensions -> 'us' -> 'Ht')::numeric,
                    (dimensions -> 'us' -> 'OD')::numeric
                )
            end,
            round(case shape_type
                when 'L' then greatest(
                    (dimensions -> 'si' -> 'd')::numeric,
                    (dimensions -> 'si' -> 'b')::numeric
                )
                else coalesce(
                    (dimensions -> 'si' -> 'd')::numeric,
                    (dimensions -> 'si' -> 'Ht')::numeric,
                    (dimensions -> 'si' -> 'OD')::numeric
                )
            end / 25.4, 4)
        )) stored,
    width_in             numeric  null
        generated always as (coalesce(
            case shape_type
                when 'L' then least(
                    (dimensions -> 'us' -> 'd')::numeric,
                    (dimensions -> 'us' -> 'b')::numeric
                )
                else coalesce(
                    (dimensions -> 'us' -> 'bf')::numeric,
                    (dimensions -> 'us' -> 'B')::numeric,
                    (dimensions -> 'us' -> 'OD')::numeric
                )
            end,
            round(case shape_type
                when 'L' then least(
                    (dimensions -> 'si' -> 'd')::numeric,
                    (dimensions -> 'si' -> 'b')::numeric
                )
                else coalesce(
                    (dimensions -> 'si' -> 'bf')::numeric,
                    (dimensions -> 'si' -> 'B')::numeric,
                    (dimensions -> 'si' -> 'OD')::numeric
                )
            end / 25.4, 4)
        )) stored,
    web_thickness_in     numeric  null
        generated always as (coalesce(
            (dimensions -> 'us' -> 'tw')::numeric,
            round((dimensions -> 'si' -> 'tw')::numeric / 25.4, 4)
        )) stored,
    flange_thickness_in  numeric  null
        generated always as (coalesce(
            (dimensions -> 'us' -> 'tf')::numeric,
            round((dimensions -> 'si' -> 'tf')::numeric / 25.4, 4)
        )) stored,
    wall_thickness_in    numeric  null
        generated always as (coalesce(
            (dimensions -> 'us' -> 'tdes')::numeric,
            (dimensions -> 'us' -> 't')::numeric,
            round(coalesce(
                (dimensions -> 'si' -> 'tdes')::numeric,
                (dimensions -> 'si' -> 't')::numeric
            ) / 25.4, 4)
        )) stored,
    ix_in4               numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'Ix')::numeric,
            round((properties -> 'si' -> 'Ix')::numeric / 0.4162314256, 4)
        )) stored,
    sx_in3               numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'Sx')::numeric,
            round((properties -> 'si' -> 'Sx')::numeric / 16.387064, 4)
        )) stored,
    zx_in3               numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'Zx')::numeric,
            round((properties -> 'si' -> 'Zx')::numeric / 16.387064, 4)
        )) stored,
    rx_in                numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'rx')::numeric,
            round((properties -> 'si' -> 'rx')::numeric / 25.4, 4)
        )) stored,
    iy_in4               numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'Iy')::numeric,
            round((properties -> 'si' -> 'Iy')::numeric / 0.4162314256, 4)
        )) stored,
    sy_in3               numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'Sy')::numeric,
            round((properties -> 'si' -> 'Sy')::numeric / 16.387064, 4)
        )) stored,
    zy_in3               numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'Zy')::numeric,
            round((properties -> 'si' -> 'Zy')::numeric / 16.387064, 4)
        )) stored,
    ry_in                numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'ry')::numeric,
            round((properties -> 'si' -> 'ry')::numeric / 25.4, 4)
        )) stored,
    j_in4                numeric  null
        generated always as (coalesce(
            (properties -> 'us' -> 'J')::numeric,
            round((properties -> 'si' -> 'J')::numeric / 416.2314256, 6)
        )) stored,
    fy_ksi               numeric  null
        generated always as ((properties -> 'us' -> 'Fy')::numeric) stored,
    fu_ksi               numeric  null
        generated always as ((properties -> 'us' -> 'Fu')::numeric) stored,
    e_ksi                numeric  null
        generated always as ((properties -> 'us' -> 'E')::numeric) stored,
    g_ksi                numeric  null
        generated always as ((properties -> 'us' -> 'G')::numeric) stored,
    doubted              text[]   null,
    set_apart            jsonb    null,
    constraint material_catalog_pkey primary key (material_id),
    constraint material_catalog_standard_edition_grade_shape_key
        unique nulls not distinct (standard, edition, grade, shape),
    constraint material_catalog_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint material_catalog_kind_check check (kind in ('material', 'section')),
    constraint material_catalog_section_check
        check ((kind = 'section') = (shape_type is not null)),
    constraint material_catalog_shape_check
        check (shape <> '' and (kind = 'material' or shape is not null) and length(shape) <= 100),
    constraint material_catalog_grade_check
        check (grade <> '' and (kind = 'section' or grade is not null) and length(grade) <= 100),
    constraint material_catalog_edition_check check (
        edition <> ''
        and (kind = 'material' or edition ~ '^v[0-9]+([.][0-9]+)*$')
        and length(edition) <= 50
    ),
    constraint material_catalog_dimensions_check
        check (jsonb_typeof(dimensions) = 'object' and ops.json_fits(dimensions, 65536)),
    constraint material_catalog_properties_check
        check (jsonb_typeof(properties) = 'object' and ops.json_fits(properties, 65536)),
    constraint material_catalog_other_sources_check
        check (jsonb_typeof(other_sources) = 'object' and ops.json_fits(other_sources, 65536)),
    constraint material_catalog_doubts_check check (
        array_position(doubts, null) is null
        and cardinality(doubts) <= 1000
        and length(array_to_string(doubts, '')) <= 100000
    ),
    constraint material_catalog_doubted_check check (
        array_position(doubted, null) is null
        and cardinality(doubted) between 1 and 1000
        and length(array_to_string(doubted, '')) <= 100000
    ),
    constraint material_catalog_set_apart_check
        check (jsonb_typeof(set_apart) = 'object' and ops.json_fits(set_apart, 65536)),
    constraint material_catalog_source_row_check check (source_row > 0),
    constraint material_catalog_weight_check
        check (kind = 'material' or (weight_lb_per_ft is not null and weight_lb_per_ft > 0)),
    constraint material_catalog_area_check
        check (kind = 'material' or (area_in2 is not null and area_in2 > 0)),
    constraint material_catalog_strength_check
        check (kind = 'section'
               or (fy_ksi > 0 and fu_ksi >= fy_ksi and e_ksi > 0) is true
                  and coalesce(g_ksi > 0, true)),
    constraint material_catalog_standard_check check (length(standard) <= 200),
    constraint material_catalog_shape_type_check check (length(shape_type) <= 50),
    constraint material_catalog_edi_label_check check (length(edi_label) <= 100),
    constraint material_catalog_metric_label_check check (length(metric_label) <= 100),
    constraint material_catalog_source_check check (length(source) <= 1000),
    constraint material_catalog_source_sheet_check check (length(source_sheet) <= 255)
);
select ops.place('catalog.material_catalog', 'reference');

create index material_catalog_edition_weight_lb_per_ft_section_idx
    on catalog.material_catalog (edition, weight_lb_per_ft)
    where kind = 'section';
create index material_catalog_upper_shape_edition_idx
    on catalog.material_catalog (upper(shape), edition);

comment on table catalog.material_catalog is
    'Steels with their strengths, and steel sections with all that their catalog prints of them.';
comment on column catalog.material_catalog.material_id is 'Identifies the row.';
comment on column catalog.material_catalog.kind is
    'material: a grade of steel; section: a rolled or formed shape.';
comment on column catalog.material_catalog.standard is
    'Who publishes the values, such as AISC or ASTM.';
comment on column catalog.material_catalog.edition is
    'Edition of the shapes database, such as v16.0, or of the material''s specification.';
comment on column catalog.material_catalog.grade is
    'Grade of steel; null for a section that is not bound to one.';
comment on column catalog.material_catalog.shape is
    'Designation of the section as printed; for a material, the product form its values hold for.';
comment on column catalog.material_catalog.shape_type is
    'Type of the section, such as W, HSS or PIPE.';
comment on column catalog.material_catalog.edi_label is
    'Designation for electronic data interchange, in US units.';
comment on column catalog.material_catalog.metric_label is 'Designation in SI units.';
comment on column catalog.material_catalog.has_special_note is
    'True when the catalog sets T_F; null when it says nothing.';
comment on column catalog.material_catalog.dimensions is
    'Printed dimensions by symbol, under "us" and "si"; units stand in property_definitions.';
comment on column catalog.material_catalog.properties is
    'Printed properties by symbol, under "us" and "si"; units stand in property_definitions.';
comment on column catalog.material_catalog.source is 'The publication that the values come from.';
comment on column catalog.material_catalog.import_id is 'The import that last stated the values.';
comment on column catalog.material_catalog.source_sheet is
    'Sheet of the workbook, or member file of the archive.';
comment on column catalog.material_catalog.source_row is
    'Row of the sheet, counted from 1 with its header.';
comment on column catalog.material_catalog.other_sources is
    'Origin of values that import_id did not state: import_id, sheet, row by name such as us.Ix.';
comment on column catalog.material_catalog.doubts is
    'Printed values that disagree with each other, kept as printed; a sentence for each.';
comment on column catalog.material_catalog.weight_lb_per_ft is 'Nominal weight in pounds a foot.';
comment on column catalog.material_catalog.area_in2 is 'Cross-sectional area in square inches.';
comment on column catalog.material_catalog.depth_in is
    'Overall depth in inches: d, Ht, OD, or the longer leg of an angle.';
comment on column catalog.material_catalog.width_in is
    'Overall width in inches: bf, B, OD, or the shorter leg of an angle; null for double angles.';
comment on column catalog.material_catalog.web_thickness_in is
    'Thickness of the web in inches, tw.';
comment on column catalog.material_catalog.flange_thickness_in is
    'Thickness of the flange in inches, tf.';
comment on column catalog.material_catalog.wall_thickness_in is
    'Design thickness in inches of a wall, tdes, or thickness of an angle''s leg, t.';
comment on column catalog.material_catalog.ix_in4 is
    'Moment of inertia Ix in inches to the fourth.';
comment on column catalog.material_catalog.sx_in3 is 'Elastic section modulus Sx in cubic inches.';
comment on column catalog.material_catalog.zx_in3 is 'Plastic section modulus Zx in cubic inches.';
comment on column catalog.material_catalog.rx_in is 'Radius of gyration rx in inches.';
comment on column catalog.material_catalog.iy_in4 is
    'Moment of inertia Iy in inches to the fourth.';
comment on column catalog.material_catalog.sy_in3 is 'Elastic section modulus Sy in cubic inches.';
comment on column catalog.material_catalog.zy_in3 is 'Plastic section modulus Zy in cubic inches.';
comment on column catalog.material_catalog.ry_in is 'Radius of gyration ry in inches.';
comment on column catalog.material_catalog.j_in4 is 'Torsional constant J in inches to the fourth.';
comment on column catalog.material_catalog.fy_ksi is 'Least yield strength Fy in ksi.';
comment on column catalog.material_catalog.fu_ksi is 'Least tensile strength Fu in ksi.';
comment on column catalog.material_catalog.e_ksi is 'Modulus of elasticity E in ksi.';
comment on column catalog.material_catalog.g_ksi is
    'Shear modulus G in ksi; null where the standard gives none.';
comment on column catalog.material_catalog.doubted is
    'Names of the printed values that others contradict, such as si.Zy; null when there is none.';
comment on column catalog.material_catalog.set_apart is
    'Printed values that are doubted and would be searched by, under "us" and "si".';
