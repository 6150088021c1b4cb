-- restores: app.event_actor @0031
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
comment on function app.create_project(uuid, text, text, text, text, text, text) is
    'Creates a project in draft, records it, and returns it with its etag.';

-- Who may call it stays.
do $grant$
begin
    if has_function_privilege(
        'eagle_application',
        'app.create_project(uuid, text, text, text, text, text, text, text)',
        'execute'
    ) then
        grant execute on function
            app.create_project(uuid, text, text, text, text, text, text)
           to eagle_application;
    end if;
end
$grant$;

drop function app.create_project(uuid, text, text, text, text, text, text, text);
drop function app.create_projects(uuid, jsonb, text, text);
drop function app.get_project(uuid, uuid);
drop table app.project_requests;
delete from ops.table_placements where relation = 'app.project_requests';
