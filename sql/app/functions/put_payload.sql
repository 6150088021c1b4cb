-- Save a design of a project; return it, and whether it is new.
--
-- A snapshot equal to one saved before is not stored again; it becomes the newest again. Without an
-- actor, it is that of app.begin_work().
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select (put.payload).sha256, put.is_new
--       from app.put_payload(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                module     => 'signage.single_pole.base_plate',
--                config     => '{"material": "A500 Gr C", "height_ft": 30}'
--            ) as put;
--     -- f25f8552fcb8… | t
--
create function app.put_payload(
    account_id    uuid,
    project_id    uuid,
    module        app.project_module,
    config        jsonb,
    files         jsonb default '[]',
    cost_snapshot jsonb default '{}',
    actor         text default null
)
    returns table (payload app.project_payloads, is_new boolean)
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    saved  app.project_payloads;
    digest text;
begin
    perform app.require_account(put_payload.account_id);
    if length(put_payload.actor) > 255 then
        perform app.require_between('length of actor', length(put_payload.actor), 0, 255);
    end if;
    if not (
        ops.json_fits(put_payload.config, 65536)
        and ops.json_fits(put_payload.files, 65536)
        and ops.json_fits(put_payload.cost_snapshot, 65536)
    ) then
        raise exception using
            errcode = 'check_violation',
            message = 'config, files or cost_snapshot is longer than 65536 bytes, '
                      'has a number over 1e100 or over 50 levels',
            hint    = 'Keep what is large in a file, and name it in files.',
            schema  = 'app',
            table   = 'project_payloads';
    end if;
    if put_payload.actor is not null then
        -- A statement, since the nodes of a distributed database hear of no call of set_config().
        execute format('set local app.actor = %L', put_payload.actor);
    end if;

    loop
        insert into app.project_payloads as p (
            account_id, project_id, module, config, files, cost_snapshot
        )
        values (
            put_payload.account_id, put_payload.project_id, put_payload.module,
            put_payload.config, coalesce(put_payload.files, '[]'),
            coalesce(put_payload.cost_snapshot, '{}')
        )
            on conflict on constraint project_payloads_account_id_project_id_module_sha256_key
            do nothing
        returning p.* into saved;
        is_new := found;
        exit when is_new;

        digest := app.snapshot_sha256(
            app.normal_numbers(put_payload.config),
            app.normal_numbers(coalesce(put_payload.files, '[]')),
            app.normal_numbers(coalesce(put_payload.cost_snapshot, '{}'))
        );
        select l.* into saved
          from app.latest_payloads(put_payload.account_id, put_payload.project_id) as l
         where l.module = put_payload.module
           and l.sha256 = digest;
        exit when found;
        saved.created_at := clock_timestamp();
        update app.project_payloads as p
           set created_at = saved.created_at
         where p.account_id = put_payload.account_id
           and p.project_id = put_payload.project_id
           and p.module = put_payload.module
           and p.sha256 = digest
        returning p.* into saved;
        exit when found;
    end loop;
    payload := saved;
    return next;
end
$function$;
comment on function app.put_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text) is
    'Saves a design once per distinct snapshot, makes it the newest of its module, '
    'and returns it with whether it is new.';
