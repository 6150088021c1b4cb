-- The documents of projects for project search, with their versions; null for a deleted project.
--
-- The version is the position of the project's last event. It increases with every change, is read
-- in the same snapshot as the row, and remains after the project is deleted, so that the newest
-- document prevails however often and in whichever order they are sent. A key that no project ever
-- had has no row.
--
--     select version, document ->> 'name'
--       from ops.project_documents(
--                account_ids => '{0194f3c0-0000-7000-8000-000000000001}',
--                project_ids => '{0194f3c0-0000-7000-8000-00000000000a}'
--            );
--     -- 2 | Harbour sign
--
create function ops.project_documents(
    account_ids uuid[],
    project_ids uuid[]
)
    returns table (
        account_id uuid,
        project_id uuid,
        version    bigint,
        document   jsonb
    )
    language sql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
begin atomic
    select app.require_between(
        'number of keys',
        greatest(
            cardinality(project_documents.account_ids),
            cardinality(project_documents.project_ids),
            0
        ),
        0, 10000
    );
    select
        c.account_id,
        c.project_id,
        c.position as version,
        case
            when p.project_id is not null
            then jsonb_build_object(
                'account_id', p.account_id,
                'project_id', p.project_id,
                'name', p.name,
                'customer', p.customer,
                'description', p.description,
                'site_name', p.site_name,
                'street', p.street,
                'status', p.status,
                'created_at', p.created_at,
                'updated_at', p.updated_at
            )
        end as document
      from unnest(project_documents.account_ids, project_documents.project_ids)
           as key (account_id, project_id)
      join app.event_chains as c
        on c.account_id = key.account_id
       and c.project_id = key.project_id
      left join app.projects as p
        on p.account_id = key.account_id
       and p.project_id = key.project_id;
end;
comment on function ops.project_documents(uuid[], uuid[]) is
    'Returns the documents of project search, with versions that only go up; '
    'null for what is gone.';
