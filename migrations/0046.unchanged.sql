-- 0046.unchanged
-- depends: 0045.create-once
--
-- why    An update that changed nothing, such as a move from draft to draft, renewed the etag without
--        an event: the next change by another editor was refused for no reason. It leaves the project
--        as it is. Without an actor, changes have that of the transaction.
-- locks  none on tables; calls that run finish with the function that they began with.
-- undo   0046.unchanged.rollback.sql; nothing is lost.

-- Give a changed project its new etag, after checking the etag that the change names, and set its
-- actors to those of its events.
--
-- A change that does not set the etag is accepted as if it named the current one. One that changes
-- nothing leaves etag and time as they are.
--
create or replace function app.change_project()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if tg_op = 'INSERT' then
        if new.updated_by is distinct from new.created_by then
            new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
            new.created_by := app.event_actor(coalesce(new.created_by, ''));
        else
            new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
            new.created_by := new.updated_by;
        end if;
        return new;
    end if;
    if new is not distinct from old then
        return new;
    end if;
    -- A signed actor is the one who changes the project, whether the update names one or not.
    if new.updated_by is distinct from old.updated_by
        or app.signing_required() and app.signed_account() <> '' then
        new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
    end if;
    if new.etag is distinct from old.etag then
        raise exception using
            errcode = 'ES002',
            message = format('project %s has changed since it was read', old.project_id),
            detail  = format('The etag given is %s, the current one is %s.', new.etag, old.etag),
            hint    = 'Read the project again and repeat the change on what it holds now.',
            schema  = 'app',
            table   = 'projects';
    end if;
    if (new.account_id, new.project_id, new.created_by, new.created_at)
        is distinct from (old.account_id, old.project_id, old.created_by, old.created_at) then
        raise exception using
            errcode = 'ES006',
            message = format('the identity and origin of project %s cannot change', old.project_id),
            hint    = 'Leave account_id, project_id, created_by and created_at as they are.',
            schema  = 'app',
            table   = 'projects';
    end if;

    new.etag       := gen_random_uuid();
    new.updated_at := greatest(now(), old.updated_at);
    return new;
end
$function$;

-- Record every change of a project in the audit log, whoever makes it, and its effect on the totals
-- of its account.
--
-- An update that changes nothing records nothing; another one records the names of the changed
-- columns, not their values, so that an erasure of a
-- customer's data does not have to search the audit log. The last of these events has the actor of
-- updated_by. Runs as the owner: only the owner may record the events of the database itself.
--
create or replace function app.audit_project()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    moved   record;
    changed text[];
begin
    if tg_op = 'INSERT' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.created', new.created_by,
                jsonb_build_object('status', new.status));
        if new.updated_by <> new.created_by then
            insert into app.project_events (account_id, project_id, event_type, actor, data)
            values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                    '{"columns": ["updated_by"]}');
        end if;
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
        return null;
    end if;
    if tg_op = 'DELETE' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (old.account_id, old.project_id, 'user.data_deleted', app.event_actor(null),
                jsonb_build_object('deleted', 'project'));
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        );
        return null;
    end if;

    if new is not distinct from old then
        return null;
    end if;
    insert into app.project_totals (
        account_id, status, project_count, confidence_count, confidence_sum, duration
    )
    values
        (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        ),
        (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
    if new.status is distinct from old.status then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id,
                case
                    when new.status in ('submitted', 'accepted', 'rejected')
                    then ('project.' || new.status)::app.project_event_type
                    else 'project.status_changed'
                end,
                new.updated_by,
                jsonb_build_object('from', old.status, 'to', new.status));
    end if;

    -- Most updates only move a project: taking both rows apart would cost more than the update.
    moved            := old;
    moved.status     := new.status;
    moved.etag       := new.etag;
    moved.updated_at := new.updated_at;
    moved.updated_by := new.updated_by;
    if moved is not distinct from new then
        if new.status = old.status and new.updated_by <> old.updated_by then
            insert into app.project_events (account_id, project_id, event_type, actor, data)
            values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                    '{"columns": ["updated_by"]}');
        end if;
        return null;
    end if;
    select array_agg(field.key order by field.key)
      into changed
      from jsonb_each(to_jsonb(new)) as field
     where field.value is distinct from to_jsonb(old) -> field.key
       and field.key not in ('status', 'etag', 'updated_at', 'updated_by');
    if changed is not null then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                jsonb_build_object('columns', changed));
    end if;
    return null;
end
$function$;

-- Change a project under its etag and return it with the new one.
--
-- `changes` holds the columns to set; an absent key leaves its column, a null clears it. If all are
-- as they were, nothing is recorded, and the etag returned is the one given. Without an actor, it is
-- that of app.begin_work().
--
--     select etag
--       from app.update_project(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                etag       => '3f0e4a52-6a4c-4d8e-9d55-0f6d2c4a7b10',
--                actor      => 'ana@example.com',
--                changes    => '{"name": "Harbour sign, north", "street": null}'
--            );
--     -- …-4…
--
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
    known   app.projects;
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

    select p.* into known
      from app.projects as p
     where p.account_id = update_project.account_id
       and p.project_id = update_project.project_id;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no project %s in this account', update_project.project_id),
            hint    = 'Check the project and the account that the transaction is set to.';
    end if;
    changed := jsonb_populate_record(known, update_project.changes);

    update app.projects as p
       set name              = changed.name,
           customer          = changed.customer,
           description       = changed.description,
           site_name         = changed.site_name,
           street            = changed.street,
           constants_version = changed.constants_version,
           content_sha256    = changed.content_sha256,
           confidence        = changed.confidence,
           updated_by        = case
               when changed is not distinct from known then p.updated_by
               else coalesce(update_project.actor, app.event_actor(null))
           end,
           etag              = update_project.etag
     where p.account_id = update_project.account_id
       and p.project_id = update_project.project_id
    returning p.* into changed;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('project %s was deleted meanwhile', update_project.project_id),
            hint    = 'Nothing is left to change.';
    end if;
    return changed;
end
$function$;

-- Move a project to its next status under its etag and return it with the new one.
--
-- If it has the status already, nothing is recorded, and the etag returned is the one given. Without
-- an actor, it is that of app.begin_work().
--
--     select status
--       from app.set_project_status(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                etag       => '3f0e4a52-6a4c-4d8e-9d55-0f6d2c4a7b10',
--                actor      => 'ana@example.com',
--                status     => 'estimating'
--            );
--     -- estimating
--
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
           updated_by = case
               when p.status = set_project_status.status then p.updated_by
               else coalesce(set_project_status.actor, app.event_actor(null))
           end,
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

-- Delete a project under its etag, with its payloads, and return the deleted row. Without an actor,
-- it is that of app.begin_work().
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
-- Runs as the owner after checking the account: a role with the privilege to delete could also lock
-- the table in every mode.
--
create or replace function app.delete_project(
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
    if delete_project.actor is not null then
        -- A statement, since the nodes of a distributed database hear of no call of set_config().
        execute format('set local app.actor = %L', delete_project.actor);
    end if;

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
