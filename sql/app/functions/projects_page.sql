-- A page of an account's projects, last changed first: all of them, or those of a status, of words
-- as in app.search_projects(), changed from one time and before another.
--
-- `next_cursor`, the same in each row, gives the next page; it is null in the last one. No cursor is
-- the first page.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select (page.project).name, page.next_cursor
--       from app.projects_page(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                status     => 'draft',
--                words      => 'harb quay',
--                count      => 50
--            ) as page;
--     -- Harbour sign |
--
-- Runs as the owner after checking the account: comparing ENUM values and hashes is not leakproof,
-- so row security would keep the planner from their indexes.
--
-- The setting keeps rows in the order of an index: no statistics are kept of accounts, by which the
-- planner could know that many rows would have to be sorted. Rows with words come in no order.
--
create function app.projects_page(
    account_id    uuid,
    status        app.project_status default null,
    words         text default null,
    changed_from  timestamptz default null,
    changed_until timestamptz default null,
    cursor        text default null,
    count         integer default 100
)
    returns table (project app.projects, next_cursor text)
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
    set enable_sort = off
as $function$
declare
    from_at  constant timestamptz := coalesce(projects_page.changed_from, '-infinity');
    until_at constant timestamptz := coalesce(projects_page.changed_until, 'infinity');
    last_at  timestamptz;
    last_id  uuid;
    wanted   text[];
    hashes   bigint[];
    patterns text[];
    found    app.projects[];
begin
    perform app.require_account(projects_page.account_id);
    perform app.require_between('count', projects_page.count, 1, 1000);
    perform app.require_between('length of words', coalesce(length(projects_page.words), 0), 0, 500);
    perform app.require_between(
        'length of cursor', coalesce(length(projects_page.cursor), 0), 0, 100
    );
    select p.at, p.id into last_at, last_id
      from app.cursor_position('project', projects_page.cursor) as p;
    wanted   := array_remove(regexp_split_to_array(lower(projects_page.words), '\s+'), '');
    hashes   := app.word_hashes(projects_page.account_id, array_to_string(wanted, ' '));
    patterns := array(
        select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%' from unnest(wanted) as word
    );
    if patterns <> '{}' then
        found := array(
            with matching as materialized (
                select p as project
                  from app.projects as p
                 where p.account_id = projects_page.account_id
                   and app.word_hashes(
                           p.account_id,
                           app.project_search_text(p.name, p.customer, p.site_name, p.street)
                       ) @> hashes
                   and app.project_search_text(p.name, p.customer, p.site_name, p.street)
                       like all (patterns)
                   and p.status = coalesce(projects_page.status, p.status)
                   and p.updated_at >= from_at
                   and p.updated_at < until_at
                   and (p.updated_at, p.project_id) < (last_at, last_id)
            )
            select m.project
              from matching as m
             order by (m.project).updated_at desc, (m.project).project_id desc
             limit projects_page.count + 1
        );
    elsif projects_page.status is not null then
        found := array(
            select p
              from app.projects as p
             where p.account_id = projects_page.account_id
               and p.status = projects_page.status
               and p.updated_at >= from_at
               and p.updated_at < until_at
               and (p.updated_at, p.project_id) < (last_at, last_id)
             order by p.updated_at desc, p.project_id desc
             limit projects_page.count + 1
        );
    else
        found := array(
            select p
              from app.projects as p
             where p.account_id = projects_page.account_id
               and p.updated_at >= from_at
               and p.updated_at < until_at
               and (p.updated_at, p.project_id) < (last_at, last_id)
             order by p.updated_at desc, p.project_id desc
             limit projects_page.count + 1
        );
    end if;
    if cardinality(found) > projects_page.count then
        project     := found[projects_page.count];
        next_cursor := app.page_cursor('project', project.updated_at, project.project_id);
    end if;
    foreach project in array found[:projects_page.count] loop
        return next;
    end loop;
end
$function$;
comment on function app.projects_page(
    uuid, app.project_status, text, timestamptz, timestamptz, text, integer
) is
    'A page of the account''s projects by status, words and time, last changed first, '
    'with the cursor of the next page.';
