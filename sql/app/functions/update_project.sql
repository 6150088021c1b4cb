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
comment on function app.update_project(uuid, uuid, uuid, text, jsonb) is
    'Changes columns of a project if its etag is the current one (else ES002) and returns it.';
