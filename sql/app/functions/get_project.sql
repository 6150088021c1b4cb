-- One project of an account, with its etag.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select name, etag
--       from app.get_project(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a'
--            );
--     -- Harbour sign | 3f0e4a52-6a4c-4d8e-9d55-0f6d2c4a7b10
--
create function app.get_project(
    account_id uuid,
    project_id uuid
)
    returns app.projects
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    read app.projects;
begin
    perform app.require_account(get_project.account_id);
    select p.* into read
      from app.projects as p
     where p.account_id = get_project.account_id
       and p.project_id = get_project.project_id;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no project %s in this account', get_project.project_id),
            hint    = 'Check the project and the account that the transaction is set to.';
    end if;
    return read;
end
$function$;
comment on function app.get_project(uuid, uuid) is
    'One project of the account with its etag; raises no_data_found if there is none.';
