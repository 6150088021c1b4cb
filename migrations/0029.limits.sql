-- 0029.limits
-- depends: 0027.isolation
--
-- why    One account could write a text or a number that no dump can read again, ask for work without end
--        before its account was looked at, or lock a table by its right to delete from it. Now every
--        text, array and JSON value has a length, and projects are deleted by a function.
-- locks  Each table of app, catalog and ops that holds text ACCESS EXCLUSIVE, briefly: the checks are NOT
--        VALID here and validated in 0030.
-- undo   0029.limits.rollback.sql; nothing is lost, but it reads the tables whole under ACCESS EXCLUSIVE.

-- Whether a JSON value is at most so many bytes long when it is written, and 50 levels deep.
--
--     select ops.json_fits('{"height_ft": 25}', bytes => 100);
--     -- t
--
-- What jsonb keeps in 12 bytes, such as 1e131071, can be 131,072 digits when it is written. So what is
-- kept is looked at first, then whether a number is so large: those left write at most 16,383 digits
-- each. In PL/pgSQL, since a check would plan an SQL function anew for each statement.
--
create function ops.json_fits(
    value jsonb,
    bytes integer
)
    returns boolean
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return pg_column_size(json_fits.value) <= 8::bigint * json_fits.bytes
        and not jsonb_path_exists(json_fits.value, 'strict $.** ? (@.abs() > 1e100)')
        and not jsonb_path_exists(json_fits.value, 'strict $.**{51}')
        and octet_length(json_fits.value::text) <= json_fits.bytes;
end
$function$;
comment on function ops.json_fits(jsonb, integer) is
    'Whether a JSON value is at most so many bytes long when it is written, and 50 levels deep.';

-- Who writes evaluates the checks: without this right nobody could from here on.
grant execute on function ops.json_fits(jsonb, integer) to eagle_application, eagle_operator;

-- Refuse an argument that is more, or less, than a function works for.
--
--     select app.require_between('count', 5000, 1, 1000);
--     -- ERROR 22023: count must be from 1 to 1000
--
create function app.require_between(
    name     text,
    value    bigint,
    smallest bigint,
    largest  bigint
)
    returns void
    language plpgsql
    immutable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if require_between.value between require_between.smallest and require_between.largest then
        return;
    end if;
    raise exception using
        errcode = 'invalid_parameter_value',
        message = format(
            '%s must be from %s to %s', require_between.name, require_between.smallest,
            require_between.largest
        ),
        detail  = format('It is %s.', coalesce(require_between.value::text, 'null')),
        hint    = 'Ask for less at a time.';
end
$function$;
comment on function app.require_between(text, bigint, bigint, bigint) is
    'Raises invalid_parameter_value unless a number or length is within its limits.';
grant execute on function app.require_between(text, bigint, bigint, bigint)
   to eagle_application, eagle_reader, eagle_auditor, eagle_operator;

-- Delete a project under its etag, with its payloads, and return what it was.
--
--     select name
--       from app.delete_project(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                etag       => '3f0e4a52-6a4c-4d8e-9d55-0f6d2c4a7b10',
--                actor      => 'ana@example.com'
--            );
--     -- Harbour sign
--
-- Runs as the owner after checking the account: who holds the right to delete may also lock the table
-- against everybody.
--
create function app.delete_project(
    account_id uuid,
    project_id uuid,
    etag       uuid,
    actor      text
)
    returns app.projects
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    deleted app.projects;
begin
    perform app.require_account(delete_project.account_id);
    perform app.require_between(
        'length of actor', coalesce(length(delete_project.actor), 0), 0, 255
    );
    -- A statement, since the nodes of a distributed database hear of no call of set_config().
    execute format('set local app.actor = %L', coalesce(delete_project.actor, ''));

    select p.* into deleted
      from app.projects as p
     where p.account_id = delete_project.account_id
       and p.project_id = delete_project.project_id
       for update;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no project %s in this account', delete_project.project_id),
            hint    = 'Check the project and the account that the transaction is set to.';
    end if;
    if delete_project.etag is distinct from deleted.etag then
        raise exception using
            errcode = 'ES002',
            message = format('project %s has changed since it was read', deleted.project_id),
            detail  = format(
                'The etag given is %s, the current one is %s.', delete_project.etag, deleted.etag
            ),
            hint    = 'Read the project again and repeat the change on what it holds now.',
            schema  = 'app',
            table   = 'projects';
    end if;
    delete
      from app.projects as p
     where p.account_id = delete_project.account_id
       and p.project_id = delete_project.project_id;
    return deleted;
end
$function$;
comment on function app.delete_project(uuid, uuid, uuid, text) is
    'Deletes a project with its payloads if its etag is the current one (else ES002).';
grant execute on function app.delete_project(uuid, uuid, uuid, text) to eagle_application;

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
    perform app.require_account(append_event.account_id);
    if length(append_event.actor) > 255 then
        perform app.require_between('length of actor', length(append_event.actor), 0, 255);
    end if;
    if not ops.json_fits(append_event.data, 16384) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'data is longer than 16384 bytes, has a number over 1e100 or over 50 levels',
            hint    = 'Record what happened in short, and where the rest is.';
    end if;
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (append_event.account_id, append_event.project_id, append_event.event_type,
            append_event.actor, append_event.data)
    returning * into appended;
    return appended;
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
    perform app.require_account(create_project.account_id);
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
    perform app.require_account(update_project.account_id);
    if jsonb_typeof(update_project.changes) is distinct from 'object' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'changes must be a JSON object',
            hint    = format('Its keys are columns: %s.', array_to_string(changeable, ', '));
    end if;
    if not ops.json_fits(update_project.changes, 65536) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'changes are longer than 65536 bytes, have a number over 1e100 or over 50 levels',
            hint    = 'Columns of a project hold less; their limits are in the reference.';
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
    perform app.require_account(set_project_status.account_id);
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
    perform app.require_account(save_payload.account_id);
    if length(save_payload.actor) > 255 then
        perform app.require_between('length of actor', length(save_payload.actor), 0, 255);
    end if;
    if not (
        ops.json_fits(save_payload.config, 65536)
        and ops.json_fits(save_payload.files, 65536)
        and ops.json_fits(save_payload.cost_snapshot, 65536)
    ) then
        raise exception using
            errcode = 'check_violation',
            message = 'config, files or cost_snapshot is longer than 65536 bytes, '
                      'has a number over 1e100 or over 50 levels',
            hint    = 'Keep what is large in a file, and name it in files.',
            schema  = 'app',
            table   = 'project_payloads';
    end if;
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
    perform app.require_between('count', list_projects.count, 1, 1000);
    return query
    select p.*
      from app.projects as p
     where p.account_id = list_projects.account_id
       and p.status = list_projects.status
     order by p.updated_at desc
     limit list_projects.count;
end
$function$;

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
     limit least(page_events.count, 1000);
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
    select app.require_between('size', page_projects.size, 1, 10000);
    select p.account_id, p.project_id
      from app.projects as p
     where (p.account_id, p.project_id) > (page_projects.account_id, page_projects.project_id)
     order by p.account_id, p.project_id
     limit page_projects.size;
end;

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
    select app.require_between(
        'number of keys',
        greatest(
            cardinality(project_documents.account_ids),
            cardinality(project_documents.project_ids),
            0
        ),
        0, 10000
    );
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
    wanted text;
    found_shape catalog.material_catalog;
    elsewhere text;
begin
    perform app.require_between(
        'length of shape, edition and grade',
        coalesce(length(concat(find_shape.shape, find_shape.edition, find_shape.grade)), 0), 0, 300
    );
    wanted := coalesce(find_shape.edition, catalog.newest_edition(find_shape.grade));
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
    wanted  text;
    unknown text;
begin
    perform app.require_between('count', lightest_sections.count, 1, 10000);
    perform app.require_between(
        'number of shape_types', coalesce(cardinality(lightest_sections.shape_types), 0), 0, 100
    );
    perform app.require_between(
        'length of shape_types, edition and grade',
        length(concat(
            array_to_string(lightest_sections.shape_types, ''),
            lightest_sections.edition, lightest_sections.grade
        )),
        0, 1000
    );
    wanted := coalesce(
        lightest_sections.edition, catalog.newest_edition(lightest_sections.grade)
    );
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

-- The tables that everybody writes to come last, so that they are locked for the shortest time.
alter table catalog.calibration_constants
    -- squawk-ignore ban-drop-constraint
    drop constraint calibration_constants_name_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint calibration_constants_version_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint calibration_constants_unit_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint calibration_constants_source_check,
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
    -- squawk-ignore ban-drop-constraint
    drop constraint pricing_configs_item_code_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint pricing_configs_version_check,
    add constraint pricing_configs_item_code_check
        check (item_code ~ '^[a-z][a-z0-9_]*$' and length(item_code) <= 100) not valid,
    add constraint pricing_configs_version_check
        check (version ~ '^[a-z][a-z0-9_.]*$' and length(version) <= 100) not valid,
    add constraint pricing_configs_description_check check (length(description) <= 1000) not valid;
alter table catalog.code_references
    -- squawk-ignore ban-drop-constraint
    drop constraint code_references_code_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint code_references_section_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint code_references_title_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint code_references_formula_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint code_references_source_check,
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
    -- squawk-ignore ban-drop-constraint
    drop constraint imports_edition_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint imports_file_name_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint imports_sheets_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint imports_changes_check,
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
    -- squawk-ignore ban-drop-constraint
    drop constraint material_catalog_shape_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint material_catalog_grade_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint material_catalog_edition_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint material_catalog_dimensions_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint material_catalog_properties_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint material_catalog_other_sources_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint material_catalog_doubts_check,
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
    add constraint table_placements_relation_check check (length(relation) <= 260) not valid;
alter table ops.partition_policies
    add constraint partition_policies_relation_check check (length(relation) <= 260) not valid;
alter table ops.retired_partitions
    add constraint retired_partitions_partition_check check (length(partition) <= 260) not valid,
    add constraint retired_partitions_relation_check check (length(relation) <= 260) not valid,
    add constraint retired_partitions_file_name_check check (length(file_name) <= 255) not valid;
alter table ops.missed_months
    add constraint missed_months_relation_check check (length(relation) <= 260) not valid;
alter table ops.jobs
    -- squawk-ignore ban-drop-constraint
    drop constraint jobs_job_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint jobs_command_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint jobs_statement_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint jobs_schedule_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint jobs_role_check,
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
    add constraint job_runs_job_check check (length(job) <= 63) not valid,
    add constraint job_runs_message_check check (length(message) <= 10000) not valid,
    add constraint job_runs_detail_check check (ops.json_fits(detail, 1048576)) not valid,
    add constraint job_runs_ran_by_check check (length(ran_by) <= 63) not valid;
alter table app.retired_events
    add constraint retired_events_partition_check check (length(partition) <= 260) not valid;
alter table app.project_payloads
    -- squawk-ignore ban-drop-constraint
    drop constraint project_payloads_config_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint project_payloads_files_check,
    -- squawk-ignore ban-drop-constraint
    drop constraint project_payloads_cost_snapshot_check,
    add constraint project_payloads_config_check
        check (jsonb_typeof(config) = 'object' and ops.json_fits(config, 65536)) not valid,
    add constraint project_payloads_files_check
        check (jsonb_typeof(files) = 'array' and ops.json_fits(files, 65536)) not valid,
    add constraint project_payloads_cost_snapshot_check check (
        jsonb_typeof(cost_snapshot) = 'object'
        and ops.json_fits(cost_snapshot, 65536)
    ) not valid;
alter table app.projects
    -- squawk-ignore ban-drop-constraint
    drop constraint projects_constants_version_check,
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
