-- The keys of all projects in order, one page at a time, after the last key of the previous page.
--
--     select count(*) from ops.page_projects(size => 100);
--     -- 2
--
create function ops.page_projects(
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
comment on function ops.page_projects(uuid, uuid, integer) is
    'Pages through the keys of the projects of every account.';
