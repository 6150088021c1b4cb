-- Search by every printed value again, doubted or not.

drop function catalog.doubts(text, text);
with apart as (
    select section.material_id, unit_system.name, stated.symbol, stated.value, definition.category
      from catalog.material_catalog as section
     cross join (values ('us'), ('si')) as unit_system (name)
     cross join lateral jsonb_each(section.set_apart -> unit_system.name) as stated (symbol, value)
      join catalog.property_definitions as definition
        on definition.symbol = stated.symbol
),

together as (
    select apart.material_id,
           apart.name,
           coalesce(jsonb_object_agg(apart.symbol, apart.value)
                    filter (where apart.category = 'dimension'), '{}') as dimensions,
           coalesce(jsonb_object_agg(apart.symbol, apart.value)
                    filter (where apart.category = 'property'), '{}') as properties
      from apart
     group by apart.material_id, apart.name
),

documents as (
    select together.material_id,
           jsonb_object_agg(together.name, together.dimensions) as dimensions,
           jsonb_object_agg(together.name, together.properties) as properties
      from together
     group by together.material_id
)

update catalog.material_catalog as section
   set dimensions = section.dimensions || jsonb_strip_nulls(jsonb_build_object(
           'us', nullif(coalesce(section.dimensions -> 'us', '{}')
                        || coalesce(documents.dimensions -> 'us', '{}'), '{}'),
           'si', nullif(coalesce(section.dimensions -> 'si', '{}')
                        || coalesce(documents.dimensions -> 'si', '{}'), '{}')
       )),
       properties = section.properties || jsonb_strip_nulls(jsonb_build_object(
           'us', nullif(coalesce(section.properties -> 'us', '{}')
                        || coalesce(documents.properties -> 'us', '{}'), '{}'),
           'si', nullif(coalesce(section.properties -> 'si', '{}')
                        || coalesce(documents.properties -> 'si', '{}'), '{}')
       ))
  from documents
 where section.material_id = documents.material_id;
alter table catalog.material_catalog drop column doubted, drop column set_apart;
alter table catalog.imports drop column is_complete;
select ops.record_catalog_rows();
