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
comment on function app.delete_project(uuid, uuid, uuid, text) is
    'Deletes a project with its payloads if its etag is the current one (else ES002).';
