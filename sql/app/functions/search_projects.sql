-- An account's projects in which every given word, or part of a word, occurs; last changed first.
--
--     select name
--       from app.search_projects(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                words      => 'harb quay'
--            );
--     -- Harbour sign
--
-- Runs as the owner after checking the account: LIKE is not leakproof, so row security would keep
-- the planner from its index. The words are data: % and _ in them stand for themselves.
--
create function app.search_projects(
    account_id uuid,
    words      text,
    count      integer default 100
)
    returns setof app.projects
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    patterns text[];
begin
    perform app.require_account(search_projects.account_id);
    -- LIKE ALL is not looked up in an index: the three longest words are, one by one.
    select array_agg(
               '%' || regexp_replace(lower(word), '([\\%_])', '\\\1', 'g') || '%'
               order by length(word) desc
           )
      into patterns
      from regexp_split_to_table(btrim(search_projects.words), '\s+') as word
     where word <> '';
    return query
    select p.*
      from app.projects as p
     where p.account_id = search_projects.account_id
       and app.project_search_text(p.name, p.customer, p.site_name, p.street) like patterns[1]
       and app.project_search_text(p.name, p.customer, p.site_name, p.street)
           like coalesce(patterns[2], patterns[1])
       and app.project_search_text(p.name, p.customer, p.site_name, p.street)
           like coalesce(patterns[3], patterns[1])
       and app.project_search_text(p.name, p.customer, p.site_name, p.street) like all (patterns)
     order by p.updated_at desc
     limit search_projects.count;
end
$function$;
comment on function app.search_projects(uuid, text, integer) is
    'Projects of the account in which every word or part of a word occurs, last changed first.';
