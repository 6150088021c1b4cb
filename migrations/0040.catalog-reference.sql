-- 0040.catalog-reference
-- depends: 0039.whole-editions
--
-- why    Soils are presumed by class, and a bearing of gravel was described as one for any site.
--        An import can be undone: what it replaces is kept. Who published a version is recorded.
--        A code is one, however its name is spelled. A material has G only if its standard has.
-- locks  catalog tables ACCESS EXCLUSIVE, briefly: they are small, and nothing is rewritten.
-- undo   0040.catalog-reference.rollback.sql; soils, materials without G (seeds have both), kept
--        rows, and who published or undid are lost.

-- A code's name, or a clause's number, in one spelling: ASCE 7-16, asce 7–16 and ASCE  7-16 are one.
--
--     select catalog.code_key('asce 7–16');
--     -- ASCE 7-16
--
create function catalog.code_key(name text)
    returns text
    language sql
    immutable
    strict
    parallel safe
    set search_path = pg_catalog, pg_temp
begin atomic
    select upper(trim(regexp_replace(
               translate(normalize(code_key.name, nfkc),
                         e'\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00AD\u200B\uFEFF',
                         '-------'),
               '\s+', ' ', 'g'
           )));
end;
revoke execute on function catalog.code_key(text) from public;
comment on function catalog.code_key(text) is
    'A code''s name, or a clause''s number, in one spelling of dashes, spaces and capitals.';

do $$
declare
    twins text;
begin
    select string_agg(spelled.names, '; ')
      into twins
      from (
               select string_agg(format('%s %s', r.code, r.section), ' = ' order by r.code) as names
                 from catalog.code_references as r
                group by catalog.code_key(r.code), catalog.code_key(r.section)
               having count(*) > 1
           ) as spelled;
    if twins is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('clauses are in the catalog under two spellings: %s', twins),
            hint    = 'Delete one of each, as eagle_owner: delete from catalog.code_references '
                      'where code = ... and section = ...';
    end if;
end
$$;
-- A table of some dozens of rows; its writers are imports, which wait for each other.
-- squawk-ignore require-concurrent-index-creation
create unique index code_references_code_key_code_key_idx
    on catalog.code_references (catalog.code_key(code), catalog.code_key(section));

alter table catalog.imports
    add column undone_at timestamptz null,
    add column undone_by text null,
    add column undo_reason text null,
    add constraint imports_undone_check
        check ((undone_at is null) = (undone_by is null)) not valid,
    add constraint imports_undone_by_check check (length(undone_by) <= 63) not valid,
    add constraint imports_undo_reason_check
        check (undo_reason <> '' and length(undo_reason) <= 1000) not valid;
alter table catalog.imports
    validate constraint imports_undone_check,
    validate constraint imports_undone_by_check,
    validate constraint imports_undo_reason_check;
comment on column catalog.imports.undone_at is
    'When catalog.undo_import() took back what the import wrote; null while it stands.';
comment on column catalog.imports.undone_by is 'The role that was logged in and undid it.';
comment on column catalog.imports.undo_reason is 'Why it was undone, if that was said.';

-- No default at first: of what is published already, this is not known.
alter table catalog.calibration_constants
    add column published_at timestamptz null,
    add column published_by text null,
    add constraint calibration_constants_published_by_check
        check (length(published_by) <= 63) not valid;
alter table catalog.calibration_constants
    alter column published_at set default now(),
    alter column published_by set default session_user,
    validate constraint calibration_constants_published_by_check;
comment on column catalog.calibration_constants.published_at is
    'When the version was published; null if before that was recorded.';
comment on column catalog.calibration_constants.published_by is
    'The role that was logged in and published it; null if before that was recorded.';

-- No default at first: of what is published already, this is not known.
alter table catalog.pricing_configs
    add column published_at timestamptz null,
    add column published_by text null,
    add constraint pricing_configs_published_by_check
        check (length(published_by) <= 63) not valid;
alter table catalog.pricing_configs
    alter column published_at set default now(),
    alter column published_by set default session_user,
    validate constraint pricing_configs_published_by_check;
comment on column catalog.pricing_configs.published_at is
    'When the version was published; null if before that was recorded.';
comment on column catalog.pricing_configs.published_by is
    'The role that was logged in and published it; null if before that was recorded.';

-- Their results have the new columns, too, and those of later migrations.
-- The version of a constant that is valid on a date; no row if none is.
--
--     select version, value, unit from catalog.constant_on('K_FACTOR', '2025-06-01');
--     -- footing_v1 | 0.15 | unitless
--
create or replace function catalog.constant_on(
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
    select constant
      from catalog.calibration_constants as constant
     where constant.name = constant_on.name
       and daterange(constant.effective_from, constant.effective_to) @> constant_on.on_date;
end;
revoke execute on function catalog.constant_on(text, date) from public;
comment on function catalog.constant_on(text, date) is
    'The version of a constant that holds on a date; no row when none does.';

-- The version of a price that is valid on a date; no row if none is.
--
--     select version, price_usd, category from catalog.price_on('permit_pkg', '2025-06-01');
--     -- v1 | 250.00 | permit
--
create or replace function catalog.price_on(
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
    select price
      from catalog.pricing_configs as price
     where price.item_code = price_on.item_code
       and daterange(price.effective_from, price.effective_to) @> price_on.on_date;
end;
revoke execute on function catalog.price_on(text, date) from public;
comment on function catalog.price_on(text, date) is
    'The version of a price that holds on a date; no row when none does.';

-- The next statement adds the one that permits a material without G.
-- squawk-ignore ban-drop-constraint
alter table catalog.material_catalog drop constraint material_catalog_strength_check;
alter table catalog.material_catalog add constraint material_catalog_strength_check
    check (kind = 'section'
           or (fy_ksi > 0 and fu_ksi >= fy_ksi and e_ksi > 0) is true
              and coalesce(g_ksi > 0, true))
    not valid;
alter table catalog.material_catalog validate constraint material_catalog_strength_check;
comment on column catalog.material_catalog.g_ksi is
    'Shear modulus G in ksi; null where the standard gives none.';

create table catalog.soil_classes (
    code                          text     not null,
    class                         integer  not null,
    description                   text     not null,
    uscs_symbols                  text     null,
    bearing_psf                   numeric  not null,
    lateral_bearing_psf_per_ft    numeric  not null,
    sliding_friction_coefficient  numeric  null,
    sliding_cohesion_psf          numeric  null,
    source                        text     not null,
    import_id                     uuid     not null,
    source_row                    integer  not null,
    constraint soil_classes_pkey primary key (code, class),
    constraint soil_classes_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint soil_classes_code_check check (code <> '' and length(code) <= 100),
    constraint soil_classes_class_check check (class > 0),
    constraint soil_classes_description_check
        check (description <> '' and length(description) <= 1000),
    constraint soil_classes_uscs_symbols_check check (length(uscs_symbols) <= 100),
    constraint soil_classes_bearing_psf_check
        check (bearing_psf > 0 and bearing_psf < 'Infinity'::numeric),
    constraint soil_classes_lateral_bearing_psf_per_ft_check check (
        lateral_bearing_psf_per_ft > 0 and lateral_bearing_psf_per_ft < 'Infinity'::numeric
    ),
    constraint soil_classes_sliding_check check (
        (sliding_friction_coefficient > 0 and sliding_friction_coefficient < 1
         and sliding_cohesion_psf is null)
        or (sliding_cohesion_psf > 0 and sliding_cohesion_psf < 'Infinity'::numeric
            and sliding_friction_coefficient is null)
    ),
    constraint soil_classes_source_check check (source <> '' and length(source) <= 1000),
    constraint soil_classes_source_row_check check (source_row > 0)
);
select ops.place('catalog.soil_classes', 'reference');

comment on table catalog.soil_classes is
    'Presumptive load-bearing values of soils, for a site without a geotechnical report.';
comment on column catalog.soil_classes.code is 'The code that prints them, such as IBC 2018.';
comment on column catalog.soil_classes.class is 'Number of the class; 1 bears the most.';
comment on column catalog.soil_classes.description is 'The materials of the class.';
comment on column catalog.soil_classes.uscs_symbols is
    'Their symbols in the Unified Soil Classification System; null for rock.';
comment on column catalog.soil_classes.bearing_psf is
    'Allowable vertical foundation pressure in pounds a square foot.';
comment on column catalog.soil_classes.lateral_bearing_psf_per_ft is
    'Allowable lateral bearing pressure in pounds a square foot, a foot below natural grade.';
comment on column catalog.soil_classes.sliding_friction_coefficient is
    'Coefficient of friction for lateral sliding, of the dead load; null for clay.';
comment on column catalog.soil_classes.sliding_cohesion_psf is
    'Lateral sliding resistance of the contact area in pounds a square foot; null but for clay.';
comment on column catalog.soil_classes.source is 'Where the values are printed.';
comment on column catalog.soil_classes.import_id is 'The seed that last stated the class.';
comment on column catalog.soil_classes.source_row is
    'Row of the file, counted from 1 with its header.';

create table catalog.replaced_rows (
    replaced_id  uuid         not null  default ops.uuid_v7(),
    import_id    uuid         not null,
    relation     text         not null,
    key          text         not null,
    was          jsonb        not null,
    is_removed  boolean      not null,
    replaced_at  timestamptz  not null  default now(),
    replaced_by  text         not null  default session_user,
    constraint replaced_rows_pkey primary key (replaced_id),
    constraint replaced_rows_import_id_fkey foreign key (import_id)
        references catalog.imports (import_id),
    constraint replaced_rows_relation_check
        check (relation in ('catalog.material_catalog', 'catalog.code_references')),
    constraint replaced_rows_key_check check (key <> '' and length(key) <= 500),
    constraint replaced_rows_was_check
        check (jsonb_typeof(was) = 'object' and ops.json_fits(was, 1048576)),
    constraint replaced_rows_replaced_by_check check (length(replaced_by) <= 63)
);
select ops.place('catalog.replaced_rows', 'reference');

-- squawk-ignore require-concurrent-index-creation
create index replaced_rows_import_id_idx on catalog.replaced_rows (import_id);

comment on table catalog.replaced_rows is
    'Rows of the catalogs as they were before an import replaced them, or undoing removed them.';
comment on column catalog.replaced_rows.replaced_id is 'Identifies the row; ordered by time.';
comment on column catalog.replaced_rows.import_id is
    'The import that replaced the row; the undone one, where is_removed.';
comment on column catalog.replaced_rows.relation is 'Schema-qualified name of the row''s table.';
comment on column catalog.replaced_rows.key is 'Primary key of the row in its table.';
comment on column catalog.replaced_rows.was is 'The row as it was, by names of columns.';
comment on column catalog.replaced_rows.is_removed is
    'True if undoing the import took the row away; false if the import replaced it.';
comment on column catalog.replaced_rows.replaced_at is 'When that was.';
comment on column catalog.replaced_rows.replaced_by is 'The role that was logged in.';

-- Only what describes the value: the value, its unit and its time are as published.
alter table catalog.calibration_constants disable trigger calibration_constants_protect;
update catalog.calibration_constants as constant
   set description = 'Calibration factor of the footing model: Eagle Sign''s own, not a '
                     'value of a code',
       source      = 'Eagle Sign''s own calibration, published as ''ASCE 7-16 + '
                     'calibration''; ASCE 7-16 does not print the value'
 where constant.name    = 'K_FACTOR'
   and constant.version = 'footing_v1'
   and constant.source  = 'ASCE 7-16 + calibration';
update catalog.calibration_constants as constant
   set description = 'Presumptive allowable bearing pressure of sandy gravel and gravel (IBC '
                     'class 3). WARNING: unsafe where the soil is not known to be of this '
                     'class; clay and silt (class 5) have 1500 psf, see soil_classes',
       source      = 'IBC 2018 Table 1806.2, class 3, sandy gravel and gravel (GW and GP); '
                     'ASCE 7-16 12.7.1 (foundation modeling) prints no value'
 where constant.name    = 'SOIL_BEARING_DEFAULT'
   and constant.version = 'footing_v1'
   and constant.source  = 'ASCE 7-16 12.7.1 (foundation modeling; it prints no value); the '
                         'value is IBC 2018 Table 1806.2, class 3, sandy gravel and gravel';
alter table catalog.calibration_constants enable trigger calibration_constants_protect;

select ops.record_catalog_rows();
