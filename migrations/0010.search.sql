-- 0010.search
-- depends: 0009.audit-chain
-- transactional: false
--
-- why    People find a project by words, and parts of words, of its name, customer, site and street.
-- locks  app.projects SHARE UPDATE EXCLUSIVE while the index is built: readers and writers go on.
-- undo   0010.search.rollback.sql; nothing is lost.

create extension pg_trgm with schema public;

create function app.project_search_text(
    name      text,
    customer  text,
    site_name text,
    street    text
)
    returns text
    language sql
    immutable
    parallel safe
    return lower(
        name || ' ' || coalesce(customer, '')
        || ' ' || coalesce(site_name, '') || ' ' || coalesce(street, '')
    );
comment on function app.project_search_text(text, text, text, text) is
    'Name, customer, site name and street in one lower-case text, for searching.';

create index concurrently projects_account_id_search_idx
    on app.projects using gin (
        account_id,
        app.project_search_text(name, customer, site_name, street) public.gin_trgm_ops
    );

alter index app.projects_account_id_search_idx alter column 2 set statistics 0;

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
