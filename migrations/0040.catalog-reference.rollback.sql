-- restores: catalog.constant_on @0003 last
-- restores: catalog.price_on @0003 last

-- What describes two constants is as it was; soils, materials without G, kept rows, and who published
-- or undid are lost. Seeds have the soils and materials.

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

delete from ops.recorded_rows
 where relation = 'catalog.material_catalog'
   and key in (select material_id::text from catalog.material_catalog
                where kind = 'material' and g_ksi is null);
delete from catalog.material_catalog where kind = 'material' and g_ksi is null;
alter table catalog.material_catalog drop constraint material_catalog_strength_check;
alter table catalog.material_catalog add constraint material_catalog_strength_check
    check (kind = 'section'
           or (fy_ksi > 0 and fu_ksi >= fy_ksi and e_ksi > 0 and g_ksi > 0) is true) not valid;
alter table catalog.material_catalog validate constraint material_catalog_strength_check;
comment on column catalog.material_catalog.g_ksi is 'Shear modulus G in ksi.';

-- The columns are a part of the hashes of rows that have a value in them. What was changed behind
-- the back of imports stays found.
create temporary table sound_rows as
select recorded.relation, recorded.key
  from ops.recorded_rows as recorded
  join ops.catalog_row_hashes() as now
    on now.relation = recorded.relation
   and now.key = recorded.key
   and now.sha256 = recorded.sha256;
alter table catalog.pricing_configs drop column published_at, drop column published_by;
alter table catalog.calibration_constants drop column published_at, drop column published_by;

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
drop table sound_rows;
