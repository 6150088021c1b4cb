-- 0030.limits-validated
-- depends: 0029.limits
-- transactional: false
--
-- why    Rows from before 0029 are known to be within its limits only once all were read. And words and
--        configs shared their lists in an index with one account in 256: how many pages a look into it
--        reads told what that account has. Now no two accounts share one.
-- locks  SHARE UPDATE EXCLUSIVE while tables are read and indexes are built: readers and writers go on.
--        app.project_payloads SHARE, briefly, for an index of no rows yet; each new index of a
--        partition ACCESS EXCLUSIVE, briefly, when it is attached; app.project_payloads ACCESS
--        EXCLUSIVE, briefly, when the old index of all its partitions is dropped.
-- undo   0030.limits-validated.rollback.sql; nothing is lost.

-- A config under its account, by which an index keeps accounts apart.
--
--     select app.config_of_account('0194f3c0-0000-7000-8000-000000000001', '{"height_ft": 25}');
--     -- {"0194f3c0-0000-7000-8000-000000000001": {"height_ft": 25}}
--
-- In an index on config alone a value has one list, of the rows of all accounts: the more there are,
-- the longer a look into it takes, and how long would tell an account what others have. So the account
-- is part of what is hashed. jsonb_path_ops hashes to 32 bits.
--
create function app.config_of_account(
    account_id uuid,
    config     jsonb
)
    returns jsonb
    language sql
    immutable
    parallel safe
    return jsonb_set('{}', array[account_id::text], config);
comment on function app.config_of_account(uuid, jsonb) is
    'A config under its account, by which an index keeps accounts apart.';

-- What an index of words keeps of a text: a hash of the account and each three bytes in a row without
-- a blank.
--
--     select app.word_hashes('0194f3c0-0000-7000-8000-000000000001', 'quay st');
--     -- {-7100117251418043286,-8046811543610781439}
--
-- A text holds a word only if its hashes hold those of the word: in UTF-8 a part of a text is a part
-- of its bytes. The account is in them for what config_of_account says. They have 64 bits: of 32, one
-- in 256 of the hashes of an account could be met by bytes that another account chooses.
--
create function app.word_hashes(
    account_id uuid,
    words      text
)
    returns bigint[]
    language plpgsql
    immutable
    parallel safe
    strict
    set search_path = pg_catalog, pg_temp
as $function$
declare
    blank  constant integer := 32;
    bytes  constant bytea   := convert_to(word_hashes.words, 'UTF8');
    seed   constant bigint  := uuid_hash_extended(word_hashes.account_id, 0);
    last_3 integer  := 0;
    hashes bigint[] := '{}';
begin
    for place in 0 .. octet_length(bytes) - 1 loop
        last_3 := case get_byte(bytes, place)
            when blank then 0
            else (last_3 & 65535) << 8 | get_byte(bytes, place)
        end;
        -- No byte of a text is 0: below this there are not three yet.
        if last_3 > 65535 then
            hashes := hashes || hashint4extended(last_3, seed);
        end if;
    end loop;
    return hashes;
end
$function$;
comment on function app.word_hashes(uuid, text) is
    'Hashes of the account and each three bytes in a row of the words of a text.';

-- Who writes computes what an index keeps: without these rights nobody could from here on.
grant execute on function app.config_of_account(uuid, jsonb), app.word_hashes(uuid, text)
   to eagle_application, eagle_reader;

-- The index of the whole is made first, valid once that of each partition is attached.
-- squawk-ignore require-concurrent-index-creation
create index project_payloads_account_id_config_of_account_idx
    on only app.project_payloads
 using gin (account_id, app.config_of_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_single_pole_d_account_id_config_of_account_idx
    on app.project_payloads_single_pole_direct_burial
 using gin (account_id, app.config_of_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_single_pole_b_account_id_config_of_account_idx
    on app.project_payloads_single_pole_base_plate
 using gin (account_id, app.config_of_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_two_pole_dire_account_id_config_of_account_idx
    on app.project_payloads_two_pole_direct_burial
 using gin (account_id, app.config_of_account(account_id, config) jsonb_path_ops);

alter index app.project_payloads_account_id_config_of_account_idx
    attach partition app.project_payloads_single_pole_d_account_id_config_of_account_idx;

alter index app.project_payloads_account_id_config_of_account_idx
    attach partition app.project_payloads_single_pole_b_account_id_config_of_account_idx;

alter index app.project_payloads_account_id_config_of_account_idx
    attach partition app.project_payloads_two_pole_dire_account_id_config_of_account_idx;

-- Statistics of an expression would keep values of all accounts.
alter index app.project_payloads_single_pole_d_account_id_config_of_account_idx
    alter column 2 set statistics 0;

alter index app.project_payloads_single_pole_b_account_id_config_of_account_idx
    alter column 2 set statistics 0;

alter index app.project_payloads_two_pole_dire_account_id_config_of_account_idx
    alter column 2 set statistics 0;

create index concurrently projects_account_id_word_hashes_idx
    on app.projects using gin (
        account_id,
        app.word_hashes(
            account_id, app.project_search_text(name, customer, site_name, street)
        )
    );

alter index app.projects_account_id_word_hashes_idx alter column 2 set statistics 0;

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
    perform app.require_between('count', find_payloads.count, 1, 1000);
    if not ops.json_fits(find_payloads.config, 65536) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'config is longer than 65536 bytes, has a number over 1e100 or over 50 levels',
            hint    = 'Ask for some of the values.';
    end if;
    return query
    select p.*
      from app.project_payloads as p
     where p.account_id = find_payloads.account_id
       and app.config_of_account(p.account_id, p.config)
           @> app.config_of_account(find_payloads.account_id, find_payloads.config)
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
    wanted   text[];
    hashes   bigint[];
    patterns text[];
begin
    perform app.require_account(search_projects.account_id);
    perform app.require_between('count', search_projects.count, 1, 1000);
    perform app.require_between(
        'length of words', coalesce(length(search_projects.words), 0), 0, 500
    );
    wanted   := array_remove(regexp_split_to_array(lower(search_projects.words), '\s+'), '');
    hashes   := app.word_hashes(search_projects.account_id, array_to_string(wanted, ' '));
    patterns := array(
        select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%' from unnest(wanted) as word
    );
    if patterns = '{}' then
        return;
    end if;
    return query
    select p.*
      from app.projects as p
     where p.account_id = search_projects.account_id
       and app.word_hashes(
               p.account_id,
               app.project_search_text(p.name, p.customer, p.site_name, p.street)
           ) @> hashes
       and app.project_search_text(p.name, p.customer, p.site_name, p.street) like all (patterns)
     order by p.updated_at desc
     limit search_projects.count;
end
$function$;

-- An index of a partitioned table cannot be dropped concurrently.
-- squawk-ignore require-concurrent-index-deletion
drop index app.project_payloads_account_id_config_by_account_idx;

drop index concurrently app.projects_account_id_search_tokens_idx;

-- Only the dropped indexes and the replaced functions called them.
-- squawk-ignore ban-drop-function
drop function app.search_tokens(uuid, text);

-- squawk-ignore ban-drop-function
drop function app.config_by_account(uuid, jsonb);

-- Where a row is over a limit, its check stays not valid, which ops.check_integrity() reports until the row
-- is shortened and the check validated by hand; the other checks are validated.
do $validate$
declare
    name text;
begin
    alter table app.projects
        validate constraint projects_constants_version_check,
        validate constraint projects_customer_check,
        validate constraint projects_description_check,
        validate constraint projects_site_name_check,
        validate constraint projects_street_check,
        validate constraint projects_created_by_check,
        validate constraint projects_updated_by_check;
exception
    when check_violation then
        foreach name in array array[
            'projects_constants_version_check',
            'projects_customer_check',
            'projects_description_check',
            'projects_site_name_check',
            'projects_street_check',
            'projects_created_by_check',
            'projects_updated_by_check'
        ]
        loop
            begin
                execute format('alter table app.projects validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of app.projects break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table app.projects validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table app.project_payloads
        validate constraint project_payloads_config_check,
        validate constraint project_payloads_files_check,
        validate constraint project_payloads_cost_snapshot_check;
exception
    when check_violation then
        foreach name in array array[
            'project_payloads_config_check',
            'project_payloads_files_check',
            'project_payloads_cost_snapshot_check'
        ]
        loop
            begin
                execute format('alter table app.project_payloads validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of app.project_payloads break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table app.project_payloads validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table app.retired_events
        validate constraint retired_events_partition_check;
exception
    when check_violation then
        foreach name in array array[
            'retired_events_partition_check'
        ]
        loop
            begin
                execute format('alter table app.retired_events validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of app.retired_events break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table app.retired_events validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table catalog.calibration_constants
        validate constraint calibration_constants_name_check,
        validate constraint calibration_constants_version_check,
        validate constraint calibration_constants_unit_check,
        validate constraint calibration_constants_source_check,
        validate constraint calibration_constants_description_check;
exception
    when check_violation then
        foreach name in array array[
            'calibration_constants_name_check',
            'calibration_constants_version_check',
            'calibration_constants_unit_check',
            'calibration_constants_source_check',
            'calibration_constants_description_check'
        ]
        loop
            begin
                execute format('alter table catalog.calibration_constants validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of catalog.calibration_constants break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table catalog.calibration_constants validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table catalog.pricing_configs
        validate constraint pricing_configs_item_code_check,
        validate constraint pricing_configs_version_check,
        validate constraint pricing_configs_description_check;
exception
    when check_violation then
        foreach name in array array[
            'pricing_configs_item_code_check',
            'pricing_configs_version_check',
            'pricing_configs_description_check'
        ]
        loop
            begin
                execute format('alter table catalog.pricing_configs validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of catalog.pricing_configs break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table catalog.pricing_configs validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table catalog.code_references
        validate constraint code_references_code_check,
        validate constraint code_references_section_check,
        validate constraint code_references_title_check,
        validate constraint code_references_formula_check,
        validate constraint code_references_source_check,
        validate constraint code_references_application_check;
exception
    when check_violation then
        foreach name in array array[
            'code_references_code_check',
            'code_references_section_check',
            'code_references_title_check',
            'code_references_formula_check',
            'code_references_source_check',
            'code_references_application_check'
        ]
        loop
            begin
                execute format('alter table catalog.code_references validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of catalog.code_references break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table catalog.code_references validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table catalog.imports
        validate constraint imports_edition_check,
        validate constraint imports_file_name_check,
        validate constraint imports_sheets_check,
        validate constraint imports_changes_check,
        validate constraint imports_grade_check,
        validate constraint imports_imported_by_check;
exception
    when check_violation then
        foreach name in array array[
            'imports_edition_check',
            'imports_file_name_check',
            'imports_sheets_check',
            'imports_changes_check',
            'imports_grade_check',
            'imports_imported_by_check'
        ]
        loop
            begin
                execute format('alter table catalog.imports validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of catalog.imports break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table catalog.imports validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table catalog.material_catalog
        validate constraint material_catalog_shape_check,
        validate constraint material_catalog_grade_check,
        validate constraint material_catalog_edition_check,
        validate constraint material_catalog_dimensions_check,
        validate constraint material_catalog_properties_check,
        validate constraint material_catalog_other_sources_check,
        validate constraint material_catalog_doubts_check,
        validate constraint material_catalog_standard_check,
        validate constraint material_catalog_shape_type_check,
        validate constraint material_catalog_edi_label_check,
        validate constraint material_catalog_metric_label_check,
        validate constraint material_catalog_source_check,
        validate constraint material_catalog_source_sheet_check;
exception
    when check_violation then
        foreach name in array array[
            'material_catalog_shape_check',
            'material_catalog_grade_check',
            'material_catalog_edition_check',
            'material_catalog_dimensions_check',
            'material_catalog_properties_check',
            'material_catalog_other_sources_check',
            'material_catalog_doubts_check',
            'material_catalog_standard_check',
            'material_catalog_shape_type_check',
            'material_catalog_edi_label_check',
            'material_catalog_metric_label_check',
            'material_catalog_source_check',
            'material_catalog_source_sheet_check'
        ]
        loop
            begin
                execute format('alter table catalog.material_catalog validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of catalog.material_catalog break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table catalog.material_catalog validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table catalog.property_definitions
        validate constraint property_definitions_symbol_check,
        validate constraint property_definitions_description_check,
        validate constraint property_definitions_unit_us_check,
        validate constraint property_definitions_unit_si_check,
        validate constraint property_definitions_aliases_check;
exception
    when check_violation then
        foreach name in array array[
            'property_definitions_symbol_check',
            'property_definitions_description_check',
            'property_definitions_unit_us_check',
            'property_definitions_unit_si_check',
            'property_definitions_aliases_check'
        ]
        loop
            begin
                execute format('alter table catalog.property_definitions validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of catalog.property_definitions break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table catalog.property_definitions validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table ops.table_placements
        validate constraint table_placements_relation_check;
exception
    when check_violation then
        foreach name in array array[
            'table_placements_relation_check'
        ]
        loop
            begin
                execute format('alter table ops.table_placements validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of ops.table_placements break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table ops.table_placements validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table ops.partition_policies
        validate constraint partition_policies_relation_check;
exception
    when check_violation then
        foreach name in array array[
            'partition_policies_relation_check'
        ]
        loop
            begin
                execute format('alter table ops.partition_policies validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of ops.partition_policies break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table ops.partition_policies validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table ops.retired_partitions
        validate constraint retired_partitions_partition_check,
        validate constraint retired_partitions_relation_check,
        validate constraint retired_partitions_file_name_check;
exception
    when check_violation then
        foreach name in array array[
            'retired_partitions_partition_check',
            'retired_partitions_relation_check',
            'retired_partitions_file_name_check'
        ]
        loop
            begin
                execute format('alter table ops.retired_partitions validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of ops.retired_partitions break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table ops.retired_partitions validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table ops.missed_months
        validate constraint missed_months_relation_check;
exception
    when check_violation then
        foreach name in array array[
            'missed_months_relation_check'
        ]
        loop
            begin
                execute format('alter table ops.missed_months validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of ops.missed_months break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table ops.missed_months validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table ops.jobs
        validate constraint jobs_job_check,
        validate constraint jobs_command_check,
        validate constraint jobs_statement_check,
        validate constraint jobs_schedule_check,
        validate constraint jobs_role_check,
        validate constraint jobs_description_check;
exception
    when check_violation then
        foreach name in array array[
            'jobs_job_check',
            'jobs_command_check',
            'jobs_statement_check',
            'jobs_schedule_check',
            'jobs_role_check',
            'jobs_description_check'
        ]
        loop
            begin
                execute format('alter table ops.jobs validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of ops.jobs break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table ops.jobs validate constraint …';
            end;
        end loop;
end
$validate$;

do $validate$
declare
    name text;
begin
    alter table ops.job_runs
        validate constraint job_runs_job_check,
        validate constraint job_runs_message_check,
        validate constraint job_runs_detail_check,
        validate constraint job_runs_ran_by_check;
exception
    when check_violation then
        foreach name in array array[
            'job_runs_job_check',
            'job_runs_message_check',
            'job_runs_detail_check',
            'job_runs_ran_by_check'
        ]
        loop
            begin
                execute format('alter table ops.job_runs validate constraint %I', name);
            exception
                when check_violation then
                    raise warning using
                        message = format('rows of ops.job_runs break %s, which stays not valid', name),
                        hint    = 'Shorten them, then: alter table ops.job_runs validate constraint …';
            end;
        end loop;
end
$validate$;
