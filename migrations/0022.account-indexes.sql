-- 0022.account-indexes
-- depends: 0021.distribution
-- transactional: false
--
-- why    A value of a config, or three letters of a name, had one list in its index, of the rows of
--        all accounts: a look for them took the longer the more rows there were. Now it has 256, by
--        the last byte of the account.
-- locks  SHARE UPDATE EXCLUSIVE while the indexes are built: readers and writers go on.
--        app.project_payloads SHARE, briefly, for an index of no rows yet; each new index of a
--        partition ACCESS EXCLUSIVE, briefly, when it is attached; app.project_payloads ACCESS
--        EXCLUSIVE, briefly, when the old index of all its partitions is dropped.
-- undo   0022.account-indexes.rollback.sql; nothing is lost.

create function app.config_by_account(
    account_id uuid,
    config     jsonb
)
    returns jsonb
    language sql
    immutable
    parallel safe
    return jsonb_set('{}', array[right(account_id::text, 2)], config);
comment on function app.config_by_account(uuid, jsonb) is
    'A config under the last byte of its account, by which an index keeps accounts apart.';

create function app.search_tokens(
    account_id uuid,
    words      text
)
    returns integer[]
    language plpgsql
    immutable
    parallel safe
    strict
    set search_path = pg_catalog, pg_temp
as $function$
declare
    blank  constant integer := 32;
    bytes  constant bytea   := convert_to(search_tokens.words, 'UTF8');
    prefix constant integer := (get_byte(uuid_send(search_tokens.account_id), 15) - 128) << 24;
    last_3 integer := 0;
    tokens integer[] := '{}';
begin
    for place in 0 .. octet_length(bytes) - 1 loop
        last_3 := case get_byte(bytes, place)
            when blank then 0
            else (last_3 & 65535) << 8 | get_byte(bytes, place)
        end;
        -- No byte of a text is 0: below this there are not three yet.
        if last_3 > 65535 then
            tokens := tokens || (prefix | last_3);
        end if;
    end loop;
    return tokens;
end
$function$;
comment on function app.search_tokens(uuid, text) is
    'Each three bytes in a row of the words of a text, and a byte of the account, as numbers.';

-- Who writes computes what an index keeps: without these rights nobody could from here on.
grant execute on function app.config_by_account(uuid, jsonb), app.search_tokens(uuid, text)
   to eagle_application, eagle_reader;

-- The index of the whole is made first, valid once that of each partition is attached.
-- squawk-ignore require-concurrent-index-creation
create index project_payloads_account_id_config_by_account_idx
    on only app.project_payloads
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_single_pole_d_account_id_config_by_account_idx
    on app.project_payloads_single_pole_direct_burial
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_single_pole_b_account_id_config_by_account_idx
    on app.project_payloads_single_pole_base_plate
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

create index concurrently project_payloads_two_pole_dire_account_id_config_by_account_idx
    on app.project_payloads_two_pole_direct_burial
 using gin (account_id, app.config_by_account(account_id, config) jsonb_path_ops);

alter index app.project_payloads_account_id_config_by_account_idx
    attach partition app.project_payloads_single_pole_d_account_id_config_by_account_idx;

alter index app.project_payloads_account_id_config_by_account_idx
    attach partition app.project_payloads_single_pole_b_account_id_config_by_account_idx;

alter index app.project_payloads_account_id_config_by_account_idx
    attach partition app.project_payloads_two_pole_dire_account_id_config_by_account_idx;

-- Statistics of an expression would keep values of all accounts.
alter index app.project_payloads_single_pole_d_account_id_config_by_account_idx
    alter column 2 set statistics 0;

alter index app.project_payloads_single_pole_b_account_id_config_by_account_idx
    alter column 2 set statistics 0;

alter index app.project_payloads_two_pole_dire_account_id_config_by_account_idx
    alter column 2 set statistics 0;

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
    for unsampled in
        select a.attrelid::regclass as index, a.attnum
          from pg_index as i
          join pg_attribute as a on a.attrelid = i.indexrelid
         where i.indrelid = create_partition_table.partition::regclass
           and i.indkey[a.attnum - 1] = 0
    loop
        execute format(
            'alter index %s alter column %s set statistics 0', unsampled.index, unsampled.attnum
        );
    end loop;
    if (select c.relrowsecurity from pg_class as c where c.oid = parent) then
        execute format('alter table %s enable row level security', create_partition_table.partition);
    end if;
end
$function$;

create index concurrently projects_account_id_search_tokens_idx
    on app.projects using gin (
        account_id,
        app.search_tokens(
            account_id, app.project_search_text(name, customer, site_name, street)
        )
    );

alter index app.projects_account_id_search_tokens_idx alter column 2 set statistics 0;

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
       and app.config_by_account(p.account_id, p.config)
           @> app.config_by_account(find_payloads.account_id, find_payloads.config)
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
    wanted   constant text[]    := array_remove(
        regexp_split_to_array(lower(search_projects.words), '\s+'), ''
    );
    tokens   constant integer[] := app.search_tokens(
        search_projects.account_id, array_to_string(wanted, ' ')
    );
    patterns constant text[]    := array(
        select '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%' from unnest(wanted) as word
    );
begin
    perform app.require_account(search_projects.account_id);
    if patterns = '{}' then
        return;
    end if;
    return query
    select p.*
      from app.projects as p
     where p.account_id = search_projects.account_id
       and app.search_tokens(
               p.account_id,
               app.project_search_text(p.name, p.customer, p.site_name, p.street)
           ) @> tokens
       and app.project_search_text(p.name, p.customer, p.site_name, p.street) like all (patterns)
     order by p.updated_at desc
     limit search_projects.count;
end
$function$;

-- An index of a partitioned table cannot be dropped concurrently.
-- squawk-ignore require-concurrent-index-deletion
drop index app.project_payloads_account_id_config_idx;

drop index concurrently app.projects_account_id_search_idx;

-- Nothing here uses it any more; if something of yours does, this statement is refused.
-- squawk-ignore ban-drop-extension
drop extension pg_trgm;
