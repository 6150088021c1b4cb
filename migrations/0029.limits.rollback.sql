alter table ops.job_runs
    drop constraint job_runs_job_check,
    drop constraint job_runs_message_check,
    drop constraint job_runs_detail_check,
    drop constraint job_runs_ran_by_check;
alter table ops.jobs
    drop constraint jobs_job_check,
    drop constraint jobs_command_check,
    drop constraint jobs_statement_check,
    drop constraint jobs_schedule_check,
    drop constraint jobs_role_check,
    drop constraint jobs_description_check,
    add constraint jobs_job_check check (job ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$'),
    add constraint jobs_command_check
        check (array_position(command, null) is null and command <> '{}'),
    add constraint jobs_statement_check check (btrim(statement) <> ''),
    add constraint jobs_schedule_check
        check (schedule ~ '^([0-9*/,-]+ ){4}(\*|[a-z]{3}([,-][a-z]{3})*)$'),
    add constraint jobs_role_check check (role ~ '^eagle_[a-z]+$');
alter table ops.missed_months
    drop constraint missed_months_relation_check;
alter table ops.retired_partitions
    drop constraint retired_partitions_partition_check,
    drop constraint retired_partitions_relation_check,
    drop constraint retired_partitions_file_name_check;
alter table ops.partition_policies
    drop constraint partition_policies_relation_check;
alter table ops.table_placements
    drop constraint table_placements_relation_check;
alter table catalog.property_definitions
    drop constraint property_definitions_symbol_check,
    drop constraint property_definitions_description_check,
    drop constraint property_definitions_unit_us_check,
    drop constraint property_definitions_unit_si_check,
    drop constraint property_definitions_aliases_check;
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
    add constraint material_catalog_shape_check
        check (shape <> '' and (kind = 'material' or shape is not null)),
    add constraint material_catalog_grade_check
        check (grade <> '' and (kind = 'section' or grade is not null)),
    add constraint material_catalog_edition_check
        check (edition <> '' and (kind = 'material' or edition ~ '^v[0-9]+([.][0-9]+)*$')),
    add constraint material_catalog_dimensions_check check (jsonb_typeof(dimensions) = 'object'),
    add constraint material_catalog_properties_check check (jsonb_typeof(properties) = 'object'),
    add constraint material_catalog_other_sources_check
        check (jsonb_typeof(other_sources) = 'object'),
    add constraint material_catalog_doubts_check check (array_position(doubts, null) is null);
alter table catalog.imports
    drop constraint imports_edition_check,
    drop constraint imports_file_name_check,
    drop constraint imports_sheets_check,
    drop constraint imports_changes_check,
    drop constraint imports_grade_check,
    drop constraint imports_imported_by_check,
    add constraint imports_edition_check check (edition ~ '^v[0-9]+([.][0-9]+)*$'),
    add constraint imports_file_name_check check (file_name <> '' and file_name !~ '[/\\]'),
    add constraint imports_sheets_check check (array_position(sheets, null) is null),
    add constraint imports_changes_check check (jsonb_typeof(changes) = 'array');
alter table catalog.code_references
    drop constraint code_references_code_check,
    drop constraint code_references_section_check,
    drop constraint code_references_title_check,
    drop constraint code_references_formula_check,
    drop constraint code_references_source_check,
    drop constraint code_references_application_check,
    add constraint code_references_code_check check (code <> ''),
    add constraint code_references_section_check check (section <> ''),
    add constraint code_references_title_check check (title <> ''),
    add constraint code_references_formula_check check (formula <> ''),
    add constraint code_references_source_check check (source <> '');
alter table catalog.pricing_configs
    drop constraint pricing_configs_item_code_check,
    drop constraint pricing_configs_version_check,
    drop constraint pricing_configs_description_check,
    add constraint pricing_configs_item_code_check check (item_code ~ '^[a-z][a-z0-9_]*$'),
    add constraint pricing_configs_version_check check (version ~ '^[a-z][a-z0-9_.]*$');
alter table catalog.calibration_constants
    drop constraint calibration_constants_name_check,
    drop constraint calibration_constants_version_check,
    drop constraint calibration_constants_unit_check,
    drop constraint calibration_constants_source_check,
    drop constraint calibration_constants_description_check,
    add constraint calibration_constants_name_check check (name ~ '^[A-Z][A-Z0-9_]*$'),
    add constraint calibration_constants_version_check check (version ~ '^[a-z][a-z0-9_.]*$'),
    add constraint calibration_constants_unit_check check (unit <> ''),
    add constraint calibration_constants_source_check check (source <> '');
alter table app.retired_events
    drop constraint retired_events_partition_check;
alter table app.project_payloads
    drop constraint project_payloads_config_check,
    drop constraint project_payloads_files_check,
    drop constraint project_payloads_cost_snapshot_check,
    add constraint project_payloads_config_check check (jsonb_typeof(config) = 'object'),
    add constraint project_payloads_files_check check (jsonb_typeof(files) = 'array'),
    add constraint project_payloads_cost_snapshot_check
        check (jsonb_typeof(cost_snapshot) = 'object');
alter table app.projects
    drop constraint projects_constants_version_check,
    drop constraint projects_customer_check,
    drop constraint projects_description_check,
    drop constraint projects_site_name_check,
    drop constraint projects_street_check,
    drop constraint projects_created_by_check,
    drop constraint projects_updated_by_check,
    add constraint projects_constants_version_check
        check (array_position(constants_version, null) is null);

create or replace function catalog.lightest_sections(
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

create or replace function catalog.find_shape(
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

create or replace function ops.project_documents(
    account_ids uuid[],
    project_ids uuid[]
)
    returns table (
        account_id uuid,
        project_id uuid,
        version    bigint,
        document   jsonb
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select
        c.account_id,
        c.project_id,
        c.position as version,
        case
            when p.project_id is not null
            then jsonb_build_object(
                'account_id', p.account_id,
                'project_id', p.project_id,
                'name', p.name,
                'customer', p.customer,
                'description', p.description,
                'site_name', p.site_name,
                'street', p.street,
                'status', p.status,
                'created_at', p.created_at,
                'updated_at', p.updated_at
            )
        end as document
      from unnest(project_documents.account_ids, project_documents.project_ids)
           as key (account_id, project_id)
      join app.event_chains as c
        on c.account_id = key.account_id
       and c.project_id = key.project_id
      left join app.projects as p
        on p.account_id = key.account_id
       and p.project_id = key.project_id;
end;

create or replace function ops.page_projects(
    account_id uuid    default '00000000-0000-0000-0000-000000000000',
    project_id uuid    default '00000000-0000-0000-0000-000000000000',
    size       integer default 1000
)
    returns table (
        next_account_id uuid,
        next_project_id uuid
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select p.account_id, p.project_id
      from app.projects as p
     where (p.account_id, p.project_id) > (page_projects.account_id, page_projects.project_id)
     order by p.account_id, p.project_id
     limit page_projects.size;
end;

create or replace function app.page_events(
    account_id      uuid,
    project_id      uuid,
    before_time     timestamptz default 'infinity',
    before_event_id uuid default 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    count           integer default 100
)
    returns setof app.project_events
    language sql
    stable
    security invoker
begin atomic
    select e.*
      from app.project_events as e
     where e.account_id = page_events.account_id
       and e.project_id = page_events.project_id
       and e.occurred_at <= page_events.before_time
       and (e.occurred_at, e.event_id) < (page_events.before_time, page_events.before_event_id)
     order by e.occurred_at desc, e.event_id desc
     limit page_events.count;
end;

create or replace function app.list_projects(
    account_id uuid,
    status     app.project_status,
    count      integer default 100
)
    returns setof app.projects
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(list_projects.account_id);
    return query
    select p.*
      from app.projects as p
     where p.account_id = list_projects.account_id
       and p.status = list_projects.status
     order by p.updated_at desc
     limit list_projects.count;
end
$function$;

create or replace function app.save_payload(
    account_id    uuid,
    project_id    uuid,
    module        app.project_module,
    config        jsonb,
    files         jsonb,
    cost_snapshot jsonb,
    actor         text
)
    returns app.project_payloads
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    saved  app.project_payloads;
    digest text;
begin
    -- A statement, since the nodes of a distributed database hear of no call of set_config().
    execute format('set local app.actor = %L', coalesce(save_payload.actor, ''));

    loop
        insert into app.project_payloads as p (
            account_id, project_id, module, config, files, cost_snapshot
        )
        values (
            save_payload.account_id, save_payload.project_id, save_payload.module,
            save_payload.config, save_payload.files, save_payload.cost_snapshot
        )
            on conflict on constraint project_payloads_account_id_project_id_module_sha256_key
            do nothing
        returning p.* into saved;
        if found then
            return saved;
        end if;

        digest := app.snapshot_sha256(
            save_payload.config, save_payload.files, save_payload.cost_snapshot
        );
        select l.* into saved
          from app.latest_payloads(save_payload.account_id, save_payload.project_id) as l
         where l.module = save_payload.module
           and l.sha256 = digest;
        if found then
            return saved;
        end if;
        saved.created_at := clock_timestamp();
        update app.project_payloads as p
           set created_at = saved.created_at
         where p.account_id = save_payload.account_id
           and p.project_id = save_payload.project_id
           and p.module = save_payload.module
           and p.sha256 = digest
        returning p.* into saved;
        if found then
            return saved;
        end if;
    end loop;
end
$function$;

create or replace function app.set_project_status(
    account_id uuid,
    project_id uuid,
    etag       uuid,
    actor      text,
    status     app.project_status
)
    returns app.projects
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    moved app.projects;
begin
    update app.projects as p
       set status     = set_project_status.status,
           updated_by = set_project_status.actor,
           etag       = set_project_status.etag
     where p.account_id = set_project_status.account_id
       and p.project_id = set_project_status.project_id
    returning p.* into moved;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no project %s in this account', set_project_status.project_id),
            hint    = 'Check the project and the account that the transaction is set to.';
    end if;
    return moved;
end
$function$;

create or replace function app.update_project(
    account_id uuid,
    project_id uuid,
    etag       uuid,
    actor      text,
    changes    jsonb
)
    returns app.projects
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    changeable constant text[] := array[
        'name', 'customer', 'description', 'site_name', 'street',
        'constants_version', 'content_sha256', 'confidence'
    ];
    unknown text;
    changed app.projects;
begin
    if jsonb_typeof(update_project.changes) is distinct from 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'changes must be a JSON object',
            hint    = format('Its keys are columns: %s.', array_to_string(changeable, ', '));
    end if;
    select key into unknown
      from jsonb_object_keys(update_project.changes) as key
     where key <> all (changeable)
     order by key
     limit 1;
    if unknown is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('%s is not a column that a change can set', quote_literal(unknown)),
            hint    = format('Columns that can be set: %s.', array_to_string(changeable, ', '));
    end if;

    select p.* into changed
      from app.projects as p
     where p.account_id = update_project.account_id
       and p.project_id = update_project.project_id;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no project %s in this account', update_project.project_id),
            hint    = 'Check the project and the account that the transaction is set to.';
    end if;
    changed := jsonb_populate_record(changed, update_project.changes);

    update app.projects as p
       set name              = changed.name,
           customer          = changed.customer,
           description       = changed.description,
           site_name         = changed.site_name,
           street            = changed.street,
           constants_version = changed.constants_version,
           content_sha256    = changed.content_sha256,
           confidence        = changed.confidence,
           updated_by        = update_project.actor,
           etag              = update_project.etag
     where p.account_id = update_project.account_id
       and p.project_id = update_project.project_id
    returning p.* into changed;
    return changed;
end
$function$;

create or replace function app.create_project(
    account_id  uuid,
    name        text,
    actor       text,
    customer    text default null,
    description text default null,
    site_name   text default null,
    street      text default null
)
    returns app.projects
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    created app.projects;
begin
    insert into app.projects (
        account_id, name, customer, description, site_name, street, created_by, updated_by
    )
    values (
        create_project.account_id, create_project.name, create_project.customer,
        create_project.description, create_project.site_name, create_project.street,
        create_project.actor, create_project.actor
    )
    returning * into created;
    return created;
end
$function$;

create or replace function app.append_event(
    account_id uuid,
    project_id uuid,
    event_type app.project_event_type,
    actor      text,
    data       jsonb default '{}'
)
    returns app.project_events
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    appended app.project_events;
begin
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (append_event.account_id, append_event.project_id, append_event.event_type,
            append_event.actor, append_event.data)
    returning * into appended;
    return appended;
end
$function$;

drop function app.delete_project(uuid, uuid, uuid, text);
drop function app.require_between(text, bigint, bigint, bigint);
drop function ops.json_fits(jsonb, integer);
