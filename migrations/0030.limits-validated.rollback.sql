-- transactional: false

-- A config under the last byte of its account, by which an index keeps accounts apart.
--
--     select app.config_by_account('0194f3c0-0000-7000-8000-000000000001', '{"height_ft": 25}');
--     -- {"01": {"height_ft": 25}}
--
-- In an index on config alone a value has one list, of the rows of all accounts, and the more there
-- are, the longer a look into it takes. So it has 256, each of the rows of one account in 256.
--
create function app.config_by_account(
    account_id uuid,
    config     jsonb
)
    returns jsonb
    language sql
    immutable
    parallel safe
    return jsonb_set('{}', array[right(account_id::text, 2)], config);
comment on function app.config_by_account(uuid, jsonb) is
    'A config under the last byte of its account, by which an index keeps accounts apart.';

-- What an index of words keeps of a text: each three bytes in a row without a blank, with the last
-- byte of the account before them.
--
--     select app.search_tokens('0194f3c0-0000-7000-8000-000000000001', 'quay st');
--     -- {-2123270815,-2123013767}
--
-- A text holds a word only if its tokens hold those of the word: in UTF-8 a part of a text is a part
-- of its bytes. The byte of the account is there for what config_by_account says.
--
create function app.search_tokens(
    account_id uuid,
    words      text
)
    returns integer[]
    language plpgsql
    immutable
    parallel safe
    strict
    set search_path = pg_catalog, pg_temp
as $function$
declare
    blank  constant integer := 32;
    bytes  constant bytea   := convert_to(search_tokens.words, 'UTF8');
    prefix constant integer := (get_byte(uuid_send(search_tokens.account_id), 15) - 128) << 24;
    last_3 integer := 0;
    tokens integer[] := '{}';
begin
    for place in 0 .. octet_length(bytes) - 1 loop
        last_3 := case get_byte(bytes, place)
            when blank then 0
            else (last_3 & 65535) << 8 | get_byte(bytes, place)
        end;
        -- No byte of a text is 0: below this there are not three yet.
        if last_3 > 65535 then
            tokens := tokens || (prefix | last_3);
        end if;
    end loop;
    return tokens;
end
$function$;
comment on function app.search_tokens(uuid, text) is
    'Each three bytes in a row of the words of a text, and a byte of the account, as numbers.';

grant execute on function app.config_by_account(uuid, jsonb), app.search_tokens(uuid, text)
   to eagle_application, eagle_reader;

-- The index of the whole is made first, valid once that of each partition is attached.
-- squawk-ignore require-concurrent-index-creation
create index project_payloads_account_id_config_by_account_idx
    on only app.project_payloads
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_single_pole_d_account_id_config_by_account_idx
    on app.project_payloads_single_pole_direct_burial
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_single_pole_b_account_id_config_by_account_idx
    on app.project_payloads_single_pole_base_plate
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_two_pole_dire_account_id_config_by_account_idx
    on app.project_payloads_two_pole_direct_burial
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

alter index app.project_payloads_account_id_config_by_account_idx
    attach partition app.project_payloads_single_pole_d_account_id_config_by_account_idx;

alter index app.project_payloads_account_id_config_by_account_idx
    attach partition app.project_payloads_single_pole_b_account_id_config_by_account_idx;

alter index app.project_payloads_account_id_config_by_account_idx
    attach partition app.project_payloads_two_pole_dire_account_id_config_by_account_idx;

-- Statistics of an expression would keep values of all accounts.
alter index app.project_payloads_single_pole_d_account_id_config_by_account_idx
    alter column 2 set statistics 0;

alter index app.project_payloads_single_pole_b_account_id_config_by_account_idx
    alter column 2 set statistics 0;

alter index app.project_payloads_two_pole_dire_account_id_config_by_account_idx
    alter column 2 set statistics 0;

create index concurrently projects_account_id_search_tokens_idx
    on app.projects using gin (
        account_id,
        app.search_tokens(
            account_id, app.project_search_text(name, customer, site_name, street)
        )
    );

alter index app.projects_account_id_search_tokens_idx alter column 2 set statistics 0;

create or replace function app.find_payloads(
    account_id uuid,
    config     jsonb,
    count      integer default 100
)
    returns setof app.project_payloads
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(find_payloads.account_id);
    return query
    select p.*
      from app.project_payloads as p
     where p.account_id = find_payloads.account_id
       and app.config_by_account(p.account_id, p.config)
           @> app.config_by_account(find_payloads.account_id, find_payloads.config)
     order by p.created_at desc, p.payload_id desc
     limit find_payloads.count;
end
$function$;

create or replace function app.search_projects(
    account_id uuid,
    words      text,
    count      integer default 100
)
    returns setof app.projects
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    wanted   constant text[]    := array_remove(
        regexp_split_to_array(lower(search_projects.words), '\s+'), ''
    );
    tokens   constant integer[] := app.search_tokens(
        search_projects.account_id, array_to_string(wanted, ' ')
    );
    patterns constant text[]    := array(
        select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%' from unnest(wanted) as word
    );
begin
    perform app.require_account(search_projects.account_id);
    if patterns = '{}' then
        return;
    end if;
    return query
    select p.*
      from app.projects as p
     where p.account_id = search_projects.account_id
       and app.search_tokens(
               p.account_id,
               app.project_search_text(p.name, p.customer, p.site_name, p.street)
           ) @> tokens
       and app.project_search_text(p.name, p.customer, p.site_name, p.street) like all (patterns)
     order by p.updated_at desc
     limit search_projects.count;
end
$function$;

-- An index of a partitioned table cannot be dropped concurrently.
-- squawk-ignore require-concurrent-index-deletion
drop index app.project_payloads_account_id_config_of_account_idx;

drop index concurrently app.projects_account_id_word_hashes_idx;

drop function app.word_hashes(uuid, text);

drop function app.config_of_account(uuid, jsonb);

alter table app.projects
    drop constraint projects_constants_version_check,
    drop constraint projects_customer_check,
    drop constraint projects_description_check,
    drop constraint projects_site_name_check,
    drop constraint projects_street_check,
    drop constraint projects_created_by_check,
    drop constraint projects_updated_by_check,
    add constraint projects_constants_version_check check (
        array_position(constants_version, null) is null
        and cardinality(constants_version) <= 50
        and length(array_to_string(constants_version, '')) <= 5000
    ) not valid,
    add constraint projects_customer_check check (length(customer) <= 200) not valid,
    add constraint projects_description_check check (length(description) <= 10000) not valid,
    add constraint projects_site_name_check check (length(site_name) <= 200) not valid,
    add constraint projects_street_check check (length(street) <= 200) not valid,
    add constraint projects_created_by_check check (length(created_by) <= 255) not valid,
    add constraint projects_updated_by_check check (length(updated_by) <= 255) not valid;

alter table app.project_payloads
    drop constraint project_payloads_config_check,
    drop constraint project_payloads_files_check,
    drop constraint project_payloads_cost_snapshot_check,
    add constraint project_payloads_config_check
        check (jsonb_typeof(config) = 'object' and ops.json_fits(config, 65536)) not valid,
    add constraint project_payloads_files_check
        check (jsonb_typeof(files) = 'array' and ops.json_fits(files, 65536)) not valid,
    add constraint project_payloads_cost_snapshot_check check (
        jsonb_typeof(cost_snapshot) = 'object'
        and ops.json_fits(cost_snapshot, 65536)
    ) not valid;

alter table app.retired_events
    drop constraint retired_events_partition_check,
    add constraint retired_events_partition_check check (length(partition) <= 260) not valid;

alter table catalog.calibration_constants
    drop constraint calibration_constants_name_check,
    drop constraint calibration_constants_version_check,
    drop constraint calibration_constants_unit_check,
    drop constraint calibration_constants_source_check,
    drop constraint calibration_constants_description_check,
    add constraint calibration_constants_name_check
        check (name ~ '^[A-Z][A-Z0-9_]*$' and length(name) <= 100) not valid,
    add constraint calibration_constants_version_check
        check (version ~ '^[a-z][a-z0-9_.]*$' and length(version) <= 100) not valid,
    add constraint calibration_constants_unit_check
        check (unit <> '' and length(unit) <= 50) not valid,
    add constraint calibration_constants_source_check
        check (source <> '' and length(source) <= 1000) not valid,
    add constraint calibration_constants_description_check
        check (length(description) <= 1000) not valid;

alter table catalog.pricing_configs
    drop constraint pricing_configs_item_code_check,
    drop constraint pricing_configs_version_check,
    drop constraint pricing_configs_description_check,
    add constraint pricing_configs_item_code_check
        check (item_code ~ '^[a-z][a-z0-9_]*$' and length(item_code) <= 100) not valid,
    add constraint pricing_configs_version_check
        check (version ~ '^[a-z][a-z0-9_.]*$' and length(version) <= 100) not valid,
    add constraint pricing_configs_description_check check (length(description) <= 1000) not valid;

alter table catalog.code_references
    drop constraint code_references_code_check,
    drop constraint code_references_section_check,
    drop constraint code_references_title_check,
    drop constraint code_references_formula_check,
    drop constraint code_references_source_check,
    drop constraint code_references_application_check,
    add constraint code_references_code_check check (code <> '' and length(code) <= 100) not valid,
    add constraint code_references_section_check
        check (section <> '' and length(section) <= 100) not valid,
    add constraint code_references_title_check
        check (title <> '' and length(title) <= 1000) not valid,
    add constraint code_references_formula_check
        check (formula <> '' and length(formula) <= 5000) not valid,
    add constraint code_references_source_check
        check (source <> '' and length(source) <= 1000) not valid,
    add constraint code_references_application_check check (length(application) <= 5000) not valid;

alter table catalog.imports
    drop constraint imports_edition_check,
    drop constraint imports_file_name_check,
    drop constraint imports_sheets_check,
    drop constraint imports_changes_check,
    drop constraint imports_grade_check,
    drop constraint imports_imported_by_check,
    add constraint imports_edition_check
        check (edition ~ '^v[0-9]+([.][0-9]+)*$' and length(edition) <= 50) not valid,
    add constraint imports_file_name_check
        check (file_name <> '' and file_name !~ '[/\\]' and length(file_name) <= 255) not valid,
    add constraint imports_sheets_check check (
        array_position(sheets, null) is null
        and cardinality(sheets) <= 1000
        and length(array_to_string(sheets, '')) <= 100000
    ) not valid,
    add constraint imports_changes_check
        check (jsonb_typeof(changes) = 'array' and ops.json_fits(changes, 67108864)) not valid,
    add constraint imports_grade_check check (length(grade) <= 100) not valid,
    add constraint imports_imported_by_check check (length(imported_by) <= 63) not valid;

alter table catalog.material_catalog
    drop constraint material_catalog_shape_check,
    drop constraint material_catalog_grade_check,
    drop constraint material_catalog_edition_check,
    drop constraint material_catalog_dimensions_check,
    drop constraint material_catalog_properties_check,
    drop constraint material_catalog_other_sources_check,
    drop constraint material_catalog_doubts_check,
    drop constraint material_catalog_standard_check,
    drop constraint material_catalog_shape_type_check,
    drop constraint material_catalog_edi_label_check,
    drop constraint material_catalog_metric_label_check,
    drop constraint material_catalog_source_check,
    drop constraint material_catalog_source_sheet_check,
    add constraint material_catalog_shape_check check (
        shape <> ''
        and (kind = 'material' or shape is not null)
        and length(shape) <= 100
    ) not valid,
    add constraint material_catalog_grade_check check (
        grade <> ''
        and (kind = 'section' or grade is not null)
        and length(grade) <= 100
    ) not valid,
    add constraint material_catalog_edition_check check (
        edition <> ''
        and (kind = 'material' or edition ~ '^v[0-9]+([.][0-9]+)*$')
        and length(edition) <= 50
    ) not valid,
    add constraint material_catalog_dimensions_check
        check (jsonb_typeof(dimensions) = 'object' and ops.json_fits(dimensions, 65536)) not valid,
    add constraint material_catalog_properties_check
        check (jsonb_typeof(properties) = 'object' and ops.json_fits(properties, 65536)) not valid,
    add constraint material_catalog_other_sources_check check (
        jsonb_typeof(other_sources) = 'object'
        and ops.json_fits(other_sources, 65536)
    ) not valid,
    add constraint material_catalog_doubts_check check (
        array_position(doubts, null) is null
        and cardinality(doubts) <= 1000
        and length(array_to_string(doubts, '')) <= 100000
    ) not valid,
    add constraint material_catalog_standard_check check (length(standard) <= 200) not valid,
    add constraint material_catalog_shape_type_check check (length(shape_type) <= 50) not valid,
    add constraint material_catalog_edi_label_check check (length(edi_label) <= 100) not valid,
    add constraint material_catalog_metric_label_check
        check (length(metric_label) <= 100) not valid,
    add constraint material_catalog_source_check check (length(source) <= 1000) not valid,
    add constraint material_catalog_source_sheet_check
        check (length(source_sheet) <= 255) not valid;

alter table catalog.property_definitions
    drop constraint property_definitions_symbol_check,
    drop constraint property_definitions_description_check,
    drop constraint property_definitions_unit_us_check,
    drop constraint property_definitions_unit_si_check,
    drop constraint property_definitions_aliases_check,
    add constraint property_definitions_symbol_check check (length(symbol) <= 50) not valid,
    add constraint property_definitions_description_check
        check (length(description) <= 1000) not valid,
    add constraint property_definitions_unit_us_check check (length(unit_us) <= 50) not valid,
    add constraint property_definitions_unit_si_check check (length(unit_si) <= 50) not valid,
    add constraint property_definitions_aliases_check check (
        array_position(aliases, null) is null
        and cardinality(aliases) <= 100
        and length(array_to_string(aliases, '')) <= 5000
    ) not valid;

alter table ops.table_placements
    drop constraint table_placements_relation_check,
    add constraint table_placements_relation_check check (length(relation) <= 260) not valid;

alter table ops.partition_policies
    drop constraint partition_policies_relation_check,
    add constraint partition_policies_relation_check check (length(relation) <= 260) not valid;

alter table ops.retired_partitions
    drop constraint retired_partitions_partition_check,
    drop constraint retired_partitions_relation_check,
    drop constraint retired_partitions_file_name_check,
    add constraint retired_partitions_partition_check check (length(partition) <= 260) not valid,
    add constraint retired_partitions_relation_check check (length(relation) <= 260) not valid,
    add constraint retired_partitions_file_name_check check (length(file_name) <= 255) not valid;

alter table ops.missed_months
    drop constraint missed_months_relation_check,
    add constraint missed_months_relation_check check (length(relation) <= 260) not valid;

alter table ops.jobs
    drop constraint jobs_job_check,
    drop constraint jobs_command_check,
    drop constraint jobs_statement_check,
    drop constraint jobs_schedule_check,
    drop constraint jobs_role_check,
    drop constraint jobs_description_check,
    add constraint jobs_job_check
        check (job ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(job) <= 63) not valid,
    add constraint jobs_command_check check (
        array_position(command, null) is null
        and command <> '{}'
        and cardinality(command) <= 50
        and length(array_to_string(command, '')) <= 5000
    ) not valid,
    add constraint jobs_statement_check
        check (btrim(statement) <> '' and length(statement) <= 10000) not valid,
    add constraint jobs_schedule_check check (
        schedule ~ '^([0-9*/,-]+ ){4}(\*|[a-z]{3}([,-][a-z]{3})*)$'
        and length(schedule) <= 200
    ) not valid,
    add constraint jobs_role_check check (role ~ '^eagle_[a-z]+$' and length(role) <= 63) not valid,
    add constraint jobs_description_check check (length(description) <= 1000) not valid;

alter table ops.job_runs
    drop constraint job_runs_job_check,
    drop constraint job_runs_message_check,
    drop constraint job_runs_detail_check,
    drop constraint job_runs_ran_by_check,
    add constraint job_runs_job_check check (length(job) <= 63) not valid,
    add constraint job_runs_message_check check (length(message) <= 10000) not valid,
    add constraint job_runs_detail_check check (ops.json_fits(detail, 1048576)) not valid,
    add constraint job_runs_ran_by_check check (length(ran_by) <= 63) not valid;
