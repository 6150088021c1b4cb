drop function app.attach_file(uuid, uuid, app.project_module, jsonb, text);

-- A default goes only with its function.
alter function app.save_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text)
    rename to save_payload_0047;

create function app.save_payload(
    account_id    uuid,
    project_id    uuid,
    module        app.project_module,
    config        jsonb,
    files         jsonb,
    cost_snapshot jsonb,
    actor         text
)
    returns app.project_payloads
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    saved  app.project_payloads;
    digest text;
begin
    perform app.require_account(save_payload.account_id);
    if length(save_payload.actor) > 255 then
        perform app.require_between('length of actor', length(save_payload.actor), 0, 255);
    end if;
    if not (
        ops.json_fits(save_payload.config, 65536)
        and ops.json_fits(save_payload.files, 65536)
        and ops.json_fits(save_payload.cost_snapshot, 65536)
    ) then
        raise exception using
            errcode = 'check_violation',
            message = 'config, files or cost_snapshot is longer than 65536 bytes, '
                      'has a number over 1e100 or over 50 levels',
            hint    = 'Keep what is large in a file, and name it in files.',
            schema  = 'app',
            table   = 'project_payloads';
    end if;
    -- A statement, since the nodes of a distributed database hear of no call of set_config().
    execute format('set local app.actor = %L', coalesce(save_payload.actor, ''));

    loop
        insert into app.project_payloads as p (
            account_id, project_id, module, config, files, cost_snapshot
        )
        values (
            save_payload.account_id, save_payload.project_id, save_payload.module,
            save_payload.config, save_payload.files, save_payload.cost_snapshot
        )
            on conflict on constraint project_payloads_account_id_project_id_module_sha256_key
            do nothing
        returning p.* into saved;
        if found then
            return saved;
        end if;

        digest := app.snapshot_sha256(
            save_payload.config, save_payload.files, save_payload.cost_snapshot
        );
        select l.* into saved
          from app.latest_payloads(save_payload.account_id, save_payload.project_id) as l
         where l.module = save_payload.module
           and l.sha256 = digest;
        if found then
            return saved;
        end if;
        saved.created_at := clock_timestamp();
        update app.project_payloads as p
           set created_at = saved.created_at
         where p.account_id = save_payload.account_id
           and p.project_id = save_payload.project_id
           and p.module = save_payload.module
           and p.sha256 = digest
        returning p.* into saved;
        if found then
            return saved;
        end if;
    end loop;
end
$function$;
comment on function app.save_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text) is
    'Saves a design once per distinct snapshot, makes it the newest of its module, and returns it.';

-- Who may call it stays.
do $grant$
begin
    if has_function_privilege(
        'eagle_application',
        'app.save_payload_0047(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text)',
        'execute'
    ) then
        grant execute on function
            app.save_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text)
           to eagle_application;
    end if;
end
$grant$;

drop function app.save_payload_0047(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text);
drop function app.put_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text);

drop trigger project_payloads_normalize on app.project_payloads;
drop function app.normalize_payload();
drop function app.normal_numbers(jsonb);
