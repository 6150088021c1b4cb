-- restores: catalog.publish_constant @0004
-- restores: catalog.publish_price @0004
-- restores: ops.require_signed_accounts @0027
-- restores: ops.remove_account_key @0027
-- restores: ops.add_account_key @0027
-- restores: ops.refresh_project_stats @0005
-- restores: ops.check_integrity @0015
-- restores: ops.find_object_faults @0026
-- restores: ops.find_row_faults @0015

comment on function ops.find_row_faults(boolean) is
    'Rows that break a declared check, foreign key or unique index, or the hash of a payload.';

drop function ops.find_storage_faults();
drop function ops.find_event_faults();
drop function ops.find_key_faults(boolean);
drop function ops.find_recorded_faults();
drop function ops.record_catalog_rows();
drop function ops.catalog_row_hashes(boolean);
drop function ops.project_stats_sha256();
drop function ops.find_definition_faults();
drop function ops.record_definitions(text);
drop function ops.definitions();
drop function ops.relation_definitions();
drop function ops.privileges_text(aclitem[]);
drop table ops.recorded_rows;
drop table ops.recorded_definitions;
delete from ops.table_placements
 where relation in ('ops.recorded_rows', 'ops.recorded_definitions');
