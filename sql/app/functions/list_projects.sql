-- An account's projects in one status, last changed first; app.projects_page() has the rest of them.
--
--     select project_id, name
--       from app.list_projects(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                status     => 'submitted',
--                count      => 50
--            );
--     -- 01…-7… | Pier sign
--
-- Runs as the owner after checking the account: comparing ENUM values is not leakproof, so row
-- security would keep the planner from the status in its index.
--
create function app.list_projects(
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
comment on function app.list_projects(uuid, app.project_status, integer) is
    'Projects of the account in one status, last changed first.';
