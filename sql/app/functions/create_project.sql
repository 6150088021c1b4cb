-- Create a project in draft and return it.
--
-- Without an actor, it is that of app.begin_work(). With an idempotency key, the same call can be
-- repeated: it returns the project that the first one created, as app.create_projects() does.
--
--     select project_id, status, etag
--       from app.create_project(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                name       => 'Harbour sign',
--                actor      => 'ana@example.com'
--            );
--     -- 01…-7… | draft | …-4…
--
create function app.create_project(
    account_id      uuid,
    name            text,
    actor           text default null,
    customer        text default null,
    description     text default null,
    site_name       text default null,
    street          text default null,
    idempotency_key text default null
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
    if create_project.idempotency_key is not null then
        select p.* into created
          from app.create_projects(
                   create_project.account_id,
                   jsonb_build_array(
                       jsonb_build_object(
                           'name', create_project.name,
                           'customer', create_project.customer,
                           'description', create_project.description,
                           'site_name', create_project.site_name,
                           'street', create_project.street
                       )
                   ),
                   create_project.actor,
                   create_project.idempotency_key
               ) as p;
        return created;
    end if;
    insert into app.projects (
        account_id, name, customer, description, site_name, street, created_by, updated_by
    )
    values (
        create_project.account_id, create_project.name, create_project.customer,
        create_project.description, create_project.site_name, create_project.street,
        coalesce(create_project.actor, app.event_actor(null)),
        coalesce(create_project.actor, app.event_actor(null))
    )
    returning * into created;
    return created;
end
$function$;
comment on function app.create_project(uuid, text, text, text, text, text, text, text) is
    'Creates a project in draft, once per idempotency key, and returns it with its etag.';
