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
comment on function app.set_project_status(uuid, uuid, uuid, text, app.project_status) is
    'Moves a project to its next status if its etag is the current one and the move is allowed.';
