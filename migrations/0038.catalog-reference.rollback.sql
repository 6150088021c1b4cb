-- What describes two constants is as it was; soils, kept rows, and who published or undid are lost.

-- Only what describes the value: the value, its unit and its time are as published.
alter table catalog.calibration_constants disable trigger calibration_constants_protect;
update catalog.calibration_constants as constant
   set description = 'Calibration factor of the footing model',
       source      = 'ASCE 7-16 + calibration'
 where constant.name    = 'K_FACTOR'
   and constant.version = 'footing_v1'
   and constant.source  = 'Eagle Sign''s own calibration, published as ''ASCE 7-16 + '
                         'calibration''; ASCE 7-16 does not print the value';
update catalog.calibration_constants as constant
   set description = 'Allowable soil bearing where no geotechnical report is given',
       source      = 'ASCE 7-16 12.7.1 (foundation modeling; it prints no value); the value '
                     'is IBC 2018 Table 1806.2, class 3, sandy gravel and gravel'
 where constant.name    = 'SOIL_BEARING_DEFAULT'
   and constant.version = 'footing_v1'
   and constant.source  = 'IBC 2018 Table 1806.2, class 3, sandy gravel and gravel (GW and '
                         'GP); ASCE 7-16 12.7.1 (foundation modeling) prints no value';
alter table catalog.calibration_constants enable trigger calibration_constants_protect;

drop table catalog.replaced_rows;
drop table catalog.soil_classes;
delete from ops.table_placements
 where relation in ('catalog.replaced_rows', 'catalog.soil_classes');
delete from ops.recorded_rows
 where relation in ('catalog.replaced_rows', 'catalog.soil_classes');

alter table catalog.material_catalog drop constraint material_catalog_strength_check;
alter table catalog.material_catalog add constraint material_catalog_strength_check
    check (kind = 'section'
           or (fy_ksi > 0 and fu_ksi >= fy_ksi and e_ksi > 0 and g_ksi > 0) is true) not valid;
alter table catalog.material_catalog validate constraint material_catalog_strength_check;
comment on column catalog.material_catalog.g_ksi is 'Shear modulus G in ksi.';

-- The columns are a part of the hashes of rows that have a value in them. What was changed behind
-- the back of imports stays found.
create temporary table sound_rows on commit drop as
select recorded.relation, recorded.key
  from ops.recorded_rows as recorded
  join ops.catalog_row_hashes() as now
    on now.relation = recorded.relation
   and now.key = recorded.key
   and now.sha256 = recorded.sha256;
drop function catalog.price_on(text, date);
drop function catalog.constant_on(text, date);
alter table catalog.pricing_configs drop column published_at, drop column published_by;
alter table catalog.calibration_constants drop column published_at, drop column published_by;

-- The version of a constant that is valid on a date; no row if none is.
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

-- The version of a price that is valid on a date; no row if none is.
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

grant execute
    on function catalog.constant_on(text, date),
                catalog.price_on(text, date)
    to eagle_application, eagle_reader, eagle_auditor, eagle_operator;

alter table catalog.imports
    drop column undone_at,
    drop column undone_by,
    drop column undo_reason;
drop index catalog.code_references_code_key_code_key_idx;
drop function catalog.code_key(text);

update ops.recorded_rows as recorded
   set sha256 = now.sha256
  from ops.catalog_row_hashes() as now
  join sound_rows as sound
    on sound.relation = now.relation
   and sound.key = now.key
 where recorded.relation = now.relation
   and recorded.key = now.key
   and recorded.sha256 <> now.sha256;
