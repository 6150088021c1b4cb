-- 0006.envelope
-- depends: 0005.performance-indexes
-- transactional: false
--
-- why    A result says which constants made it, from which inputs, and how sure it is; the API
--        changes a project through functions that know its etag.
-- locks  app.projects ACCESS EXCLUSIVE, briefly: new columns without default, checks NOT VALID;
--        they are validated, and indexes built, beside readers and writers.
-- undo   0006.envelope.rollback.sql; the three envelope columns are lost.

alter table app.projects
    add column constants_version text[] null,
    add column content_sha256 text null,
    add column confidence double precision null,
    add constraint projects_constants_version_check
        check (array_position(constants_version, null) is null) not valid,
    add constraint projects_content_sha256_check
        check (content_sha256 ~ '^[0-9a-f]{64}$') not valid,
    add constraint projects_confidence_check
        check (confidence >= 0 and confidence <= 1) not valid;

alter table app.projects
    alter column constants_version set statistics 0,
    alter column content_sha256 set statistics 0;

alter table app.projects
    validate constraint projects_constants_version_check,
    validate constraint projects_content_sha256_check,
    validate constraint projects_confidence_check;

create index concurrently projects_account_id_status_updated_at_idx
    on app.projects (account_id, status, updated_at desc) include (confidence);

create index concurrently projects_account_id_content_sha256_idx
    on app.projects (account_id, content_sha256)
    where content_sha256 is not null;

comment on table app.projects is
    'A sign project of an account, with the envelope of its last result.';
comment on column app.projects.constants_version is 'The constant packs that the last result used.';
comment on column app.projects.content_sha256 is
    'Hash of the inputs of the last result, 64 hex digits; the key for deterministic caching.';
comment on column app.projects.confidence is 'Confidence in the last result, from 0 to 1.';

create function app.create_project(
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
comment on function app.create_project(uuid, text, text, text, text, text, text) is
    'Creates a project in draft, records it, and returns it with its etag.';

create function app.update_project(
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
comment on function app.update_project(uuid, uuid, uuid, text, jsonb) is
    'Changes columns of a project if its etag is the current one (else ES002) and returns it.';

create function app.set_project_status(
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
comment on function app.set_project_status(uuid, uuid, uuid, text, app.project_status) is
    'Moves a project to its next status if its etag is the current one and the move is allowed.';
