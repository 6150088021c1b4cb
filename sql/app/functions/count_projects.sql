-- How many projects app.projects_page() would return, page after page.
--
-- Without words and times it is the count that the database keeps, exact whatever its size.
-- Otherwise at most 1,000 are counted: `is_exact` is false where there are more.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select project_count, is_exact
--       from app.count_projects('0194f3c0-0000-7000-8000-000000000001', words => 'harb');
--     -- 1 | t
--
create function app.count_projects(
    account_id    uuid,
    status        app.project_status default null,
    words         text default null,
    changed_from  timestamptz default null,
    changed_until timestamptz default null
)
    returns table (project_count bigint, is_exact boolean)
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(count_projects.account_id);
    perform app.require_between(
        'length of words', coalesce(length(count_projects.words), 0), 0, 500
    );
    if count_projects.words ~ '\S'
        or num_nonnulls(count_projects.changed_from, count_projects.changed_until) > 0 then
        return query
        select count(*), coalesce(bool_and(page.next_cursor is null), true)
          from app.projects_page(
                   count_projects.account_id, count_projects.status, count_projects.words,
                   count_projects.changed_from, count_projects.changed_until,
                   count => 1000
               ) as page;
        return;
    end if;
    return query
    select coalesce(sum(d.project_count), 0)::bigint, true
      from app.account_dashboard as d
     where d.account_id = count_projects.account_id
       and d.status = coalesce(count_projects.status, d.status);
end
$function$;
comment on function app.count_projects(
    uuid, app.project_status, text, timestamptz, timestamptz
) is
    'How many projects of the account have a status, words and a time: kept, or counted to 1,000.';
