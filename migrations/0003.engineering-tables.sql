-- 0003.engineering-tables
--
-- why    Engineers look up constants, prices, steel sections and code clauses here, each with its
--        source; versions of a constant or price never overlap in time and are never edited.
-- locks  Only new objects; nothing else waits.
-- undo   0003.engineering-tables.rollback.sql; every catalog row is lost. Files and seeds load
--        again, constants and prices published by hand do not.
--
-- depends: 0002.enum-constraints

create type catalog.price_category as enum (
    'base',
    'addon',
    'permit'
);
comment on type catalog.price_category is 'What kind of charge a price is.';

create table catalog.imports (
    import_id       uuid         not null  default ops.uuid_v7(),
    kind            text         not null,
    edition         text         null,
    grade           text         null,
    file_name       text         not null,
    file_sha256     text         not null,
    sheets          text[]       not null,
    imported_at     timestamptz  not null  default now(),
    imported_by     text         not null  default session_user,
    rows_read       integer      not null,
    rows_inserted   integer      not null,
    rows_changed    integer      not null,
    rows_unchanged  integer      not null,
    rows_rejected   integer      not null,
    is_kept         boolean      not null,
    changes         jsonb        not null  default '[]',
    constraint imports_pkey primary key (import_id),
    constraint imports_kind_check check (kind in ('aisc', 'asce', 'seed')),
    constraint imports_edition_check check (edition ~ '^v[0-9]+([.][0-9]+)*$'),
    constraint imports_kind_edition_check check ((kind = 'aisc') = (edition is not null)),
    constraint imports_file_name_check check (file_name <> '' and file_name !~ '[/\\]'),
    constraint imports_file_sha256_check check (file_sha256 ~ '^[0-9a-f]{64}$'),
    constraint imports_sheets_check check (array_position(sheets, null) is null),
    constraint imports_rows_check check (
        least(rows_inserted, rows_changed, rows_unchanged, rows_rejected) >= 0
        and rows_read = rows_inserted + rows_changed + rows_unchanged + rows_rejected
    ),
    constraint imports_changes_check check (jsonb_typeof(changes) = 'array')
);
select ops.place('catalog.imports', 'reference');

comment on table catalog.imports is
    'Each file that was read into the catalogs, and what came of it.';
comment on column catalog.imports.import_id is 'Identifies the import; ordered by time.';
comment on column catalog.imports.kind is
    'aisc: steel sections; asce: code clauses; seed: a file of seeds/reference.';
comment on column catalog.imports.edition is
    'Edition of the shapes database, such as v16.0; null for other kinds.';
comment on column catalog.imports.grade is
    'Grade of steel that the sections are made for, such as A1085; null for any.';
comment on column catalog.imports.file_name is 'Name of the file, without its folder.';
comment on column catalog.imports.file_sha256 is 'Hash of the file, 64 hex digits.';
comment on column catalog.imports.sheets is 'The sheets or member files that were read, in order.';
comment on column catalog.imports.imported_at is 'When the file was imported.';
comment on column catalog.imports.imported_by is 'The role that was logged in.';
comment on column catalog.imports.rows_read is 'How many rows of data the file has.';
comment on column catalog.imports.rows_inserted is 'How many rows were new.';
comment on column catalog.imports.rows_changed is
    'How many rows said something else than the catalog did.';
comment on column catalog.imports.rows_unchanged is
    'How many rows agreed with the catalog; some may have added values that it lacked.';
comment on column catalog.imports.rows_rejected is
    'How many rows failed a physical cross-check and were left out.';
comment on column catalog.imports.is_kept is
    'True when the changed rows replaced the catalog''s; false when they were held back.';
comment on column catalog.imports.changes is
    'The values replaced by this import: a list of shape, units, symbol, was and now.';

create table catalog.property_definitions (
    symbol       text      not null,
    sort_order   integer   not null,
    category     text      not null,
    description  text      not null,
    unit_us      text      null,
    unit_si      text      null,
    aliases      text[]    not null  default '{}',
    constraint property_definitions_pkey primary key (symbol),
    constraint property_definitions_category_check
        check (category in ('dimension', 'property', 'material')),
    constraint property_definitions_check check ((unit_us is null) = (unit_si is null))
);
select ops.place('catalog.property_definitions', 'reference');

comment on table catalog.property_definitions is
    'What each symbol of a section or material means, and its units.';
comment on column catalog.property_definitions.symbol is
    'The symbol as AISC prints it, such as Ix; capitals matter.';
comment on column catalog.property_definitions.sort_order is 'Place of the symbol in a listing.';
comment on column catalog.property_definitions.category is
    'dimension: in material_catalog.dimensions; property or material: in its properties.';
comment on column catalog.property_definitions.description is 'What the symbol stands for.';
comment on column catalog.property_definitions.unit_us is
    'Unit of the value under "us"; null when it has no dimension.';
comment on column catalog.property_definitions.unit_si is
    'Unit of the value under "si"; null when it has no dimension.';
comment on column catalog.property_definitions.aliases is
    'Other names that catalogs use for the symbol.';

-- Refuse to edit or remove a published version; giving an open one its end is all that is allowed.
-- The trigger's arguments are the noun of the message and the column that names the thing.
create function catalog.protect_published_version()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    noun     text := tg_argv[0];
    was      jsonb;
    becomes  jsonb;
    edited   text;
begin
    if tg_op = 'TRUNCATE' then
        raise exception using
            errcode = 'ES101',
            message = format('published %ss cannot be removed', noun),
            hint    = 'Close a version by setting effective_to; it stays as a record.';
    end if;

    was := to_jsonb(old);
    if tg_op = 'DELETE' then
        raise exception using
            errcode = 'ES101',
            message = format(
                '%s %s %s is published and cannot be removed',
                noun, was ->> tg_argv[1], was ->> 'version'
            ),
            hint    = 'Close it by setting effective_to; it stays as a record.';
    end if;

    becomes := to_jsonb(new);
    if jsonb_typeof(was -> 'effective_to') = 'null' then
        was     := was - 'effective_to';
        becomes := becomes - 'effective_to';
    end if;
    if was = becomes then
        return new;
    end if;

    select string_agg(
               format(
                   '%s from %s to %s',
                   field.key, field.value, coalesce(becomes ->> field.key, 'null')
               ),
               ', '
               order by field.key
           )
      into edited
      from jsonb_each_text(was) as field
     where field.value is distinct from becomes ->> field.key;

    raise exception using
        errcode = 'ES101',
        message = format(
            '%s %s %s is published and cannot change',
            noun, was ->> tg_argv[1], was ->> 'version'
        ),
        detail  = format('The change was %s.', edited),
        hint    = format('Publish a new version with catalog.publish_%s().', noun);
end
$function$;
revoke execute on function catalog.protect_published_version() from public;
comment on function catalog.protect_published_version() is
    'Refuses to edit or remove a published version, except to set the end of an open one.';

create table catalog.calibration_constants (
    name            text     not null,
    version         text     not null,
    value           numeric  not null,
    unit            text     not null,
    description     text     not null,
    source          text     not null,
    effective_from  date     not null,
    effective_to    date     null,
    constraint calibration_constants_pkey primary key (name, version),
    constraint calibration_constants_name_check check (name ~ '^[A-Z][A-Z0-9_]*$'),
    constraint calibration_constants_version_check check (version ~ '^[a-z][a-z0-9_.]*$'),
    constraint calibration_constants_value_check
        check (value > '-Infinity'::numeric and value < 'Infinity'::numeric),
    constraint calibration_constants_unit_check check (unit <> ''),
    constraint calibration_constants_source_check check (source <> ''),
    constraint calibration_constants_effective_check check (effective_to > effective_from),
    constraint calibration_constants_name_daterange_excl
        exclude using gist (name with =, daterange(effective_from, effective_to) with &&)
);
select ops.place('catalog.calibration_constants', 'reference');

create trigger calibration_constants_protect
    before update or delete on catalog.calibration_constants
    for each row
    execute function catalog.protect_published_version('constant', 'name');
create trigger calibration_constants_no_truncate
    before truncate on catalog.calibration_constants
    for each statement
    execute function catalog.protect_published_version('constant', 'name');

comment on table catalog.calibration_constants is
    'Constants of the calculations, in versions that never overlap in time.';
comment on column catalog.calibration_constants.name is 'Name of the constant, such as K_FACTOR.';
comment on column catalog.calibration_constants.version is
    'The pack that the value was published in, such as footing_v1.';
comment on column catalog.calibration_constants.value is 'The value, exactly as published.';
comment on column catalog.calibration_constants.unit is
    'Unit of the value; unitless when it has none.';
comment on column catalog.calibration_constants.description is 'What the constant is.';
comment on column catalog.calibration_constants.source is
    'The standard or study that the value comes from.';
comment on column catalog.calibration_constants.effective_from is
    'First day on which the value holds.';
comment on column catalog.calibration_constants.effective_to is
    'First day on which it no longer holds; null while no end is known.';

create table catalog.pricing_configs (
    item_code       text                    not null,
    version         text                    not null,
    price_usd       numeric(12, 2)          not null,
    description     text                    not null,
    category        catalog.price_category  not null,
    effective_from  date                    not null,
    effective_to    date                    null,
    constraint pricing_configs_pkey primary key (item_code, version),
    constraint pricing_configs_item_code_check check (item_code ~ '^[a-z][a-z0-9_]*$'),
    constraint pricing_configs_version_check check (version ~ '^[a-z][a-z0-9_.]*$'),
    constraint pricing_configs_price_usd_check
        check (price_usd >= 0 and price_usd < 'NaN'::numeric),
    constraint pricing_configs_effective_check check (effective_to > effective_from),
    constraint pricing_configs_item_code_daterange_excl
        exclude using gist (item_code with =, daterange(effective_from, effective_to) with &&)
);
select ops.place('catalog.pricing_configs', 'reference');

create trigger pricing_configs_protect
    before update or delete on catalog.pricing_configs
    for each row
    execute function catalog.protect_published_version('price', 'item_code');
create trigger pricing_configs_no_truncate
    before truncate on catalog.pricing_configs
    for each statement
    execute function catalog.protect_published_version('price', 'item_code');

comment on table catalog.pricing_configs is
    'Prices of what is sold, in versions that never overlap in time.';
comment on column catalog.pricing_configs.item_code is 'What is sold, such as base_est.';
comment on column catalog.pricing_configs.version is 'Version of the price, such as v1.';
comment on column catalog.pricing_configs.price_usd is 'Price in US dollars, exact to the cent.';
comment on column catalog.pricing_configs.description is 'What the buyer gets.';
comment on column catalog.pricing_configs.category is 'What kind of charge it is.';
comment on column catalog.pricing_configs.effective_from is 'First day on which the price holds.';
comment on column catalog.pricing_configs.effective_to is
    'First day on which it no longer holds; null while no end is known.';

create table catalog.code_references (
    code         text     not null,
    section      text     not null,
    title        text     not null,
    formula      text     null,
    application  text     not null,
    source       text     not null,
    import_id    uuid     not null,
    source_row   integer  not null,
    constraint code_references_pkey primary key (code, section),
    constraint code_references_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint code_references_code_check check (code <> ''),
    constraint code_references_section_check check (section <> ''),
    constraint code_references_title_check check (title <> ''),
    constraint code_references_formula_check check (formula <> ''),
    constraint code_references_source_check check (source <> ''),
    constraint code_references_source_row_check check (source_row > 0)
);
select ops.place('catalog.code_references', 'reference');

comment on table catalog.code_references is
    'Clauses of engineering codes that the calculations cite.';
comment on column catalog.code_references.code is 'The code and its edition, such as ASCE 7-16.';
comment on column catalog.code_references.section is 'Number of the clause, such as 26.10.2.';
comment on column catalog.code_references.title is 'Title of the clause as the code prints it.';
comment on column catalog.code_references.formula is
    'The formula of the clause; null when it has none.';
comment on column catalog.code_references.application is 'What the product uses the clause for.';
comment on column catalog.code_references.source is 'Where the clause was checked.';
comment on column catalog.code_references.import_id is 'The import that last stated the clause.';
comment on column catalog.code_references.source_row is
    'Row of the file, counted from 1 with its header.';

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
    constraint material_catalog_pkey primary key (material_id),
    constraint material_catalog_standard_edition_grade_shape_key
        unique nulls not distinct (standard, edition, grade, shape),
    constraint material_catalog_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint material_catalog_kind_check check (kind in ('material', 'section')),
    constraint material_catalog_section_check
        check ((kind = 'section') = (shape_type is not null)),
    constraint material_catalog_shape_check
        check (shape <> '' and (kind = 'material' or shape is not null)),
    constraint material_catalog_grade_check
        check (grade <> '' and (kind = 'section' or grade is not null)),
    constraint material_catalog_edition_check
        check (edition <> '' and (kind = 'material' or edition ~ '^v[0-9]+([.][0-9]+)*$')),
    constraint material_catalog_dimensions_check check (jsonb_typeof(dimensions) = 'object'),
    constraint material_catalog_properties_check check (jsonb_typeof(properties) = 'object'),
    constraint material_catalog_other_sources_check check (jsonb_typeof(other_sources) = 'object'),
    constraint material_catalog_doubts_check check (array_position(doubts, null) is null),
    constraint material_catalog_source_row_check check (source_row > 0),
    constraint material_catalog_weight_check
        check (kind = 'material' or (weight_lb_per_ft is not null and weight_lb_per_ft > 0)),
    constraint material_catalog_area_check
        check (kind = 'material' or (area_in2 is not null and area_in2 > 0)),
    constraint material_catalog_strength_check
        check (kind = 'section'
               or (fy_ksi > 0 and fu_ksi >= fy_ksi and e_ksi > 0 and g_ksi > 0) is true)
);
select ops.place('catalog.material_catalog', 'reference');

-- The table is new and empty: nobody waits for its indexes.
-- squawk-ignore require-concurrent-index-creation
create index material_catalog_edition_weight_lb_per_ft_section_idx
    on catalog.material_catalog (edition, weight_lb_per_ft)
    where kind = 'section';
-- squawk-ignore require-concurrent-index-creation
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
comment on column catalog.material_catalog.g_ksi is 'Shear modulus G in ksi.';

-- The version of a constant that holds on a date; no row when none does.
--
--     select version, value, unit from catalog.constant_on('K_FACTOR', '2025-06-01');
--     -- footing_v1 | 0.15 | unitless
--
create function catalog.constant_on(
    name    text,
    on_date date default current_date
)
    returns setof catalog.calibration_constants
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select constant.*
      from catalog.calibration_constants as constant
     where constant.name = constant_on.name
       and daterange(constant.effective_from, constant.effective_to) @> constant_on.on_date;
end;
revoke execute on function catalog.constant_on(text, date) from public;
comment on function catalog.constant_on(text, date) is
    'The version of a constant that holds on a date; no row when none does.';

-- The version of a price that holds on a date; no row when none does.
--
--     select version, price_usd, category from catalog.price_on('permit_pkg', '2025-06-01');
--     -- v1 | 250.00 | permit
--
create function catalog.price_on(
    item_code text,
    on_date   date default current_date
)
    returns setof catalog.pricing_configs
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select price.*
      from catalog.pricing_configs as price
     where price.item_code = price_on.item_code
       and daterange(price.effective_from, price.effective_to) @> price_on.on_date;
end;
revoke execute on function catalog.price_on(text, date) from public;
comment on function catalog.price_on(text, date) is
    'The version of a price that holds on a date; no row when none does.';

-- The newest edition of the shapes database that has been imported for a grade of steel.
-- Editions compare by number: v9.1 is older than v16.0.
--
--     select catalog.newest_edition();
--     -- v16.0
--
create function catalog.newest_edition(
    grade text default null
)
    returns text
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    newest text;
begin
    select import.edition
      into newest
      from catalog.imports as import
     where import.kind = 'aisc'
       and import.grade is not distinct from newest_edition.grade
     order by string_to_array(substr(import.edition, 2), '.')::integer[] desc
     limit 1;

    if newest is null then
        raise exception using
            errcode = 'ES102',
            message = coalesce(
                'no shapes of grade ' || newest_edition.grade || ' are in the catalog',
                'no shapes are in the catalog'
            ),
            hint    = 'Import a workbook with: tooling import-aisc FILE';
    end if;
    return newest;
end
$function$;
revoke execute on function catalog.newest_edition(text) from public;
comment on function catalog.newest_edition(text) is
    'The newest edition of the shapes database imported for a grade of steel.';

-- One section by its designation, in any case; the newest edition unless one is named.
--
--     select shape, weight_lb_per_ft, sx_in3 from catalog.find_shape('w14x90', 'v16.0');
--     -- W14X90 | 90 | 143
--
create function catalog.find_shape(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns catalog.material_catalog
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted text := coalesce(find_shape.edition, catalog.newest_edition(find_shape.grade));
    found_shape catalog.material_catalog;
    elsewhere text;
begin
    select section.*
      into found_shape
      from catalog.material_catalog as section
     where upper(section.shape) = upper(find_shape.shape)
       and section.edition = wanted
       and section.kind = 'section'
       and section.grade is not distinct from find_shape.grade;

    if found_shape.material_id is null then
        select string_agg(concat_ws(' ', section.edition, section.grade), ', '
                          order by section.edition, section.grade)
          into elsewhere
          from catalog.material_catalog as section
         where upper(section.shape) = upper(find_shape.shape)
           and section.kind = 'section';
        raise exception using
            errcode = 'ES103',
            message = format(
                'shape %s is not in edition %s',
                find_shape.shape, concat_ws(' ', wanted, find_shape.grade)
            ),
            hint    = coalesce(
                'It is in: ' || elsewhere || '.',
                'Write it as the manual prints it, such as W14X90, HSS8X8X1/2 or Pipe12STD.'
            );
    end if;
    return found_shape;
end
$function$;
revoke execute on function catalog.find_shape(text, text, text) from public;
comment on function catalog.find_shape(text, text, text) is
    'One section by its designation, in any case; the newest edition unless one is named.';

-- Every dimension and property that the catalog prints of a section, in US or SI units.
--
--     select symbol, value, unit
--       from catalog.shape_properties('W14X90', 'v16.0', 'si')
--      where symbol = 'Sx';
--     -- Sx | 2340 | 10^3 mm^3
--
create function catalog.shape_properties(
    shape   text,
    edition text default null,
    units   text default 'us',
    grade   text default null
)
    returns table (
        symbol      text,
        value       numeric,
        unit        text,
        category    text,
        description text
    )
    language plpgsql
    stable
    security invoker
    rows 60
    set search_path = pg_catalog, pg_temp
as $function$
declare
    section catalog.material_catalog;
begin
    if shape_properties.units is null or shape_properties.units not in ('us', 'si') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('units cannot be %L', shape_properties.units),
            hint    = 'Give us or si.';
    end if;
    section := catalog.find_shape(
        shape_properties.shape, shape_properties.edition, shape_properties.grade
    );

    return query
    select definition.symbol,
           stated.value::numeric,
           case shape_properties.units
               when 'us' then definition.unit_us
               else definition.unit_si
           end,
           definition.category,
           definition.description
      from jsonb_each(
               coalesce(section.dimensions -> shape_properties.units, '{}')
               || coalesce(section.properties -> shape_properties.units, '{}')
           ) as stated (symbol, value)
      join catalog.property_definitions as definition
        on definition.symbol = stated.symbol
     order by definition.sort_order;
end
$function$;
revoke execute on function catalog.shape_properties(text, text, text, text) from public;
comment on function catalog.shape_properties(text, text, text, text) is
    'Every dimension and property that the catalog prints of a section, in US or SI units.';

-- Where each printed value of a section comes from: the file, its hash, the sheet and the row.
--
--     select units, value, file_name, sheet, source_row
--       from catalog.shape_sources('W14X90', 'v16.0')
--      where symbol = 'Ix' and units = 'us';
--     -- us | 999 | aisc-shapes-database-v16.0.xlsx | Database v16.0 | 208
--
create function catalog.shape_sources(
    shape   text,
    edition text default null,
    grade   text default null
)
    returns table (
        units       text,
        symbol      text,
        value       numeric,
        source      text,
        file_name   text,
        file_sha256 text,
        sheet       text,
        source_row  integer,
        imported_at timestamptz,
        imported_by text
    )
    language plpgsql
    stable
    security invoker
    rows 120
    set search_path = pg_catalog, pg_temp
as $function$
declare
    section catalog.material_catalog;
begin
    section := catalog.find_shape(
        shape_sources.shape, shape_sources.edition, shape_sources.grade
    );

    return query
    select unit_system.name,
           stated.symbol,
           stated.value::numeric,
           section.source,
           import.file_name,
           import.file_sha256,
           case when elsewhere.origin is null then section.source_sheet
                else elsewhere.origin ->> 'sheet'
           end,
           coalesce((elsewhere.origin ->> 'row')::integer, section.source_row),
           import.imported_at,
           import.imported_by
      from (values ('us', 1), ('si', 2)) as unit_system (name, sort_order)
     cross join lateral jsonb_each(
               coalesce(section.dimensions -> unit_system.name, '{}')
               || coalesce(section.properties -> unit_system.name, '{}')
           ) as stated (symbol, value)
      join catalog.property_definitions as definition
        on definition.symbol = stated.symbol
     cross join lateral (
               select section.other_sources -> (unit_system.name || '.' || stated.symbol)
           ) as elsewhere (origin)
      join catalog.imports as import
        on import.import_id = coalesce(
               (elsewhere.origin ->> 'import_id')::uuid, section.import_id
           )
     order by unit_system.sort_order, definition.sort_order;
end
$function$;
revoke execute on function catalog.shape_sources(text, text, text) from public;
comment on function catalog.shape_sources(text, text, text) is
    'Where each printed value of a section comes from: the file, its hash, the sheet and the row.';

-- The lightest sections of the given types that meet every requirement; null asks for nothing.
-- Of equal weight, the shallower one comes first.
--
--     select shape, weight_lb_per_ft, sx_in3, depth_in
--       from catalog.lightest_sections(
--                array['HSS', 'PIPE'], min_sx_in3 => 25, max_depth_in => 12,
--                edition => 'v16.0', count => 1
--            );
--     -- HSS12X10X3/16 | 27.29 | 27.5 | 12
--
create function catalog.lightest_sections(
    shape_types  text[],
    min_sx_in3   numeric default null,
    min_zx_in3   numeric default null,
    min_ix_in4   numeric default null,
    min_sy_in3   numeric default null,
    min_iy_in4   numeric default null,
    min_area_in2 numeric default null,
    max_depth_in numeric default null,
    max_width_in numeric default null,
    edition      text    default null,
    grade        text    default null,
    count        integer default 10
)
    returns setof catalog.material_catalog
    language plpgsql
    stable
    security invoker
    rows 10
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted  text := coalesce(
        lightest_sections.edition, catalog.newest_edition(lightest_sections.grade)
    );
    unknown text;
begin
    select string_agg(given.name, ', ')
      into unknown
      from unnest(lightest_sections.shape_types) as given (name)
     where not exists (
               select
                 from catalog.material_catalog as section
                where section.kind = 'section'
                  and section.edition = wanted
                  and section.grade is not distinct from lightest_sections.grade
                  and section.shape_type = upper(given.name)
           );
    if unknown is not null or coalesce(cardinality(lightest_sections.shape_types), 0) = 0 then
        raise exception using
            errcode = 'ES104',
            message = format(
                'edition %s has no shapes of type %s',
                concat_ws(' ', wanted, lightest_sections.grade),
                coalesce(unknown, 'nothing')
            ),
            hint    = 'Types are W, M, S, HP, C, MC, L, WT, MT, ST, 2L, HSS and PIPE.';
    end if;

    return query
    select section.*
      from catalog.material_catalog as section
     where section.kind = 'section'
       and section.edition = wanted
       and section.grade is not distinct from lightest_sections.grade
       and section.shape_type = any (upper(lightest_sections.shape_types::text)::text[])
       and (lightest_sections.min_sx_in3 is null or section.sx_in3 >= lightest_sections.min_sx_in3)
       and (lightest_sections.min_zx_in3 is null or section.zx_in3 >= lightest_sections.min_zx_in3)
       and (lightest_sections.min_ix_in4 is null or section.ix_in4 >= lightest_sections.min_ix_in4)
       and (lightest_sections.min_sy_in3 is null or section.sy_in3 >= lightest_sections.min_sy_in3)
       and (lightest_sections.min_iy_in4 is null or section.iy_in4 >= lightest_sections.min_iy_in4)
       and (lightest_sections.min_area_in2 is null
            or section.area_in2 >= lightest_sections.min_area_in2)
       and (lightest_sections.max_depth_in is null
            or section.depth_in <= lightest_sections.max_depth_in)
       and (lightest_sections.max_width_in is null
            or section.width_in <= lightest_sections.max_width_in)
     order by section.weight_lb_per_ft, section.depth_in, section.shape
     limit lightest_sections.count;
end
$function$;
revoke execute on function catalog.lightest_sections(
    text[], numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric,
    text, text, integer
) from public;
comment on function catalog.lightest_sections(
    text[], numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric,
    text, text, integer
) is 'The lightest sections of the given types that meet every requirement.';

-- What changed between two editions of the shapes database: shapes added and removed, values that
-- differ where both editions print one.
--
--     select shape, change from catalog.diff('v15.0', 'v16.0') where shape = 'W44X408';
--     -- W44X408 | added
--
create function catalog.diff(
    edition_from text,
    edition_to   text,
    units        text default 'us',
    grade        text default null
)
    returns table (
        shape      text,
        change     text,
        symbol     text,
        value_from numeric,
        value_to   numeric,
        unit       text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    missing text;
begin
    if diff.units is null or diff.units not in ('us', 'si') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('units cannot be %L', diff.units),
            hint    = 'Give us or si.';
    end if;
    select named.edition
      into missing
      from (values (diff.edition_from), (diff.edition_to)) as named (edition)
     where not exists (
               select
                 from catalog.material_catalog as section
                where section.kind = 'section'
                  and section.edition = named.edition
                  and section.grade is not distinct from diff.grade
           )
     limit 1;
    if found then
        raise exception using
            errcode = 'ES102',
            message = format(
                'edition %s is not in the catalog', concat_ws(' ', missing, diff.grade)
            ),
            hint    = 'Import it with: tooling import-aisc FILE';
    end if;

    return query
    with older as (
        select section.shape,
               coalesce(section.dimensions -> diff.units, '{}')
               || coalesce(section.properties -> diff.units, '{}') as stated
          from catalog.material_catalog as section
         where section.kind = 'section'
           and section.edition = diff.edition_from
           and section.grade is not distinct from diff.grade
    ),
    newer as (
        select section.shape,
               coalesce(section.dimensions -> diff.units, '{}')
               || coalesce(section.properties -> diff.units, '{}') as stated
          from catalog.material_catalog as section
         where section.kind = 'section'
           and section.edition = diff.edition_to
           and section.grade is not distinct from diff.grade
    )
    select coalesce(older.shape, newer.shape) as name,
           case when older.shape is null then 'added'
                when newer.shape is null then 'removed'
                else 'changed'
           end,
           definition.symbol,
           (older.stated -> definition.symbol)::numeric,
           (newer.stated -> definition.symbol)::numeric,
           case diff.units when 'us' then definition.unit_us else definition.unit_si end
      from older
      full join newer
        on newer.shape = older.shape
      left join lateral (
               select was.key
                 from jsonb_each(older.stated) as was
                where newer.stated ? was.key
                  and newer.stated -> was.key <> was.value
           ) as differing (symbol)
        on true
      left join catalog.property_definitions as definition
        on definition.symbol = differing.symbol
     where older.shape is null
        or newer.shape is null
        or differing.symbol is not null
     order by name, definition.sort_order;
end
$function$;
revoke execute on function catalog.diff(text, text, text, text) from public;
comment on function catalog.diff(text, text, text, text) is
    'What changed between two editions of the shapes database: shapes and printed values.';
