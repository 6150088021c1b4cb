-- transactional: false
create extension pg_trgm with schema public;

create index concurrently projects_account_id_search_idx
    on app.projects using gin (
        account_id,
        app.project_search_text(name, customer, site_name, street) public.gin_trgm_ops
    );

alter index app.projects_account_id_search_idx alter column 2 set statistics 0;

-- squawk-ignore require-concurrent-index-creation
create index project_payloads_account_id_config_idx
    on only app.project_payloads using gin (account_id, config jsonb_path_ops);

create index concurrently project_payloads_single_pole_direct_buria_account_id_config_idx
    on app.project_payloads_single_pole_direct_burial
 using gin (account_id, config jsonb_path_ops);

create index concurrently project_payloads_single_pole_base_plate_account_id_config_idx
    on app.project_payloads_single_pole_base_plate
 using gin (account_id, config jsonb_path_ops);

create index concurrently project_payloads_two_pole_direct_burial_account_id_config_idx
    on app.project_payloads_two_pole_direct_burial
 using gin (account_id, config jsonb_path_ops);

alter index app.project_payloads_account_id_config_idx
    attach partition app.project_payloads_single_pole_direct_buria_account_id_config_idx;

alter index app.project_payloads_account_id_config_idx
    attach partition app.project_payloads_single_pole_base_plate_account_id_config_idx;

alter index app.project_payloads_account_id_config_idx
    attach partition app.project_payloads_two_pole_direct_burial_account_id_config_idx;

create or replace function app.find_payloads(
    account_id uuid,
    config     jsonb,
    count      integer default 100
)
    returns setof app.project_payloads
    language plpgsql
    stable
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform app.require_account(find_payloads.account_id);
    return query
    select p.*
      from app.project_payloads as p
     where p.account_id = find_payloads.account_id
       and p.config @> find_payloads.config
     order by p.created_at desc, p.payload_id desc
     limit find_payloads.count;
end
$function$;

create or replace function app.search_projects(
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

create or replace function ops.create_partition_table(
    relation  text,
    partition text
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    parent    constant regclass := create_partition_table.relation::regclass;
    trigger   record;
    unsampled record;
begin
    execute format(
        'create table %s (like %s including all excluding comments)', create_partition_table.partition, parent
    );
    for trigger in
        select t.tgname, t.tgfoid
          from pg_trigger as t
         where t.tgrelid = parent
           and not t.tgisinternal
           and t.tgtype & 32 = 32
    loop
        execute format(
            'create trigger %I before truncate on %s for each statement execute function %s()',
            trigger.tgname, create_partition_table.partition, trigger.tgfoid::regproc
        );
    end loop;
    for unsampled in
        select a.attname
          from pg_attribute as a
         where a.attrelid = parent
           and a.attnum > 0
           and not a.attisdropped
           and a.attstattarget = 0
    loop
        execute format(
            'alter table %s alter column %I set statistics 0',
            create_partition_table.partition, unsampled.attname
        );
    end loop;
    if (select c.relrowsecurity from pg_class as c where c.oid = parent) then
        execute format('alter table %s enable row level security', create_partition_table.partition);
    end if;
end
$function$;

drop index app.project_payloads_account_id_config_by_account_idx;

drop index concurrently app.projects_account_id_search_tokens_idx;

drop function app.search_tokens(uuid, text);

drop function app.config_by_account(uuid, jsonb);
