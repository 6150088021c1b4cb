-- An account's projects in which every given word, or part of a word, occurs; last changed first.
-- app.projects_page() has the rest of them.
--
--     select name
--       from app.search_projects(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                words      => 'harb quay'
--            );
--     -- Harbour sign
--
-- Runs as the owner after checking the account: comparing hashes is not leakproof, so row security
-- would keep the planner from its index. The words are data: % and _ in them are literal.
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
    wanted   text[];
    hashes   bigint[];
    patterns text[];
begin
    perform app.require_account(search_projects.account_id);
    perform app.require_between('count', search_projects.count, 1, 1000);
    perform app.require_between(
        'length of words', coalesce(length(search_projects.words), 0), 0, 500
    );
    wanted   := array_remove(regexp_split_to_array(lower(search_projects.words), '\s+'), '');
    hashes   := app.word_hashes(search_projects.account_id, array_to_string(wanted, ' '));
    patterns := array(
        select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%' from unnest(wanted) as word
    );
    if patterns = '{}' then
        return;
    end if;
    return query
    select p.*
      from app.projects as p
     where p.account_id = search_projects.account_id
       and app.word_hashes(
               p.account_id,
               app.project_search_text(p.name, p.customer, p.site_name, p.street)
           ) @> hashes
       and app.project_search_text(p.name, p.customer, p.site_name, p.street) like all (patterns)
     order by p.updated_at desc
     limit search_projects.count;
end
$function$;
comment on function app.search_projects(uuid, text, integer) is
    'Projects of the account in which every word or part of a word occurs, last changed first.';
