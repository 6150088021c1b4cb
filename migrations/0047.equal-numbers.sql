-- 0047.equal-numbers
-- depends: 0046.unchanged
--
-- why    25, 25.0 and 25.00 in a config were three designs with three hashes. Numbers are spelled
--        alike before they are stored; what is stored keeps its hash. Saving tells whether a design
--        is new, takes files and costs as not given, and a file can be attached.
-- locks  app.project_payloads and its partitions SHARE ROW EXCLUSIVE, briefly: a new trigger.
-- undo   0047.equal-numbers.rollback.sql; nothing is lost.

-- A JSON value without zeroes at the end of the fraction of a number.
--
--     select app.normal_numbers('{"height_ft": 25.00, "bolt_in": 0.750, "note": "25.00"}');
--     -- {"note": "25.00", "bolt_in": 0.75, "height_ft": 25}
--
-- The expression matches a string as a whole, and so nothing in it. A value that does not fit into a
-- column is returned as it is: the constraint of the column refuses it.
--
create function app.normal_numbers(value jsonb)
    returns jsonb
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    string   constant text := '("(?:[^"\\]|\\.)*")';
    whole    constant text := '(-?\d+)\.0+(?!\d)';
    fraction constant text := '(-?\d+\.\d*[1-9])0+(?!\d)';
begin
    if not ops.json_fits(normal_numbers.value, 65536)
        or normal_numbers.value::text !~ '\.\d*0(?!\d)' then
        return normal_numbers.value;
    end if;
    return regexp_replace(
        normal_numbers.value::text,
        string || '|' || whole || '|' || fraction,
        '\1\2\3',
        'g'
    )::jsonb;
end
$function$;
comment on function app.normal_numbers(jsonb) is
    'A JSON value with each number in its shortest spelling: 25.00 is 25.';

-- Spell the numbers of a new payload as short as they can be: 25, 25.0 and 25.00 are one snapshot.
create function app.normalize_payload()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    new.config        := app.normal_numbers(new.config);
    new.files         := app.normal_numbers(new.files);
    new.cost_snapshot := app.normal_numbers(new.cost_snapshot);
    return new;
end
$function$;
comment on function app.normalize_payload() is
    'Trigger: spells the numbers of a new payload as short as they can be, '
    'so that equal designs have one hash.';

grant execute on function app.normal_numbers(jsonb) to eagle_application, eagle_reader;

create trigger project_payloads_normalize
    before insert on app.project_payloads
    for each row
    execute function app.normalize_payload();

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

-- Save a design of a project and return it, as app.put_payload() does, which also tells whether it
-- is new.
--
--     select payload_id, sha256
--       from app.save_payload(
--                account_id    => '0194f3c0-0000-7000-8000-000000000001',
--                project_id    => '0194f3c0-0000-7000-8000-00000000000a',
--                module        => 'signage.single_pole.base_plate',
--                config        => '{"material": "A500 Gr C", "height_ft": 25}',
--                files         => '[]',
--                cost_snapshot => '{"total_usd": 4200}',
--                actor         => 'ana@example.com'
--            );
--     -- 01…-7… | d3ee1d28c1f6…
--
create or replace function app.save_payload(
    account_id    uuid,
    project_id    uuid,
    module        app.project_module,
    config        jsonb,
    files         jsonb default '[]',
    cost_snapshot jsonb default '{}',
    actor         text default null
)
    returns app.project_payloads
    language sql
    volatile
    security invoker
    return (
        select put.payload
          from app.put_payload(
                   save_payload.account_id, save_payload.project_id, save_payload.module,
                   save_payload.config, save_payload.files, save_payload.cost_snapshot,
                   save_payload.actor
               ) as put
    );
-- Attach a file to the newest design of a module; return the design, and whether it is new.
--
-- `file` is a JSON object with a `name`; what else it holds, such as an address and a hash, is the
-- API's. The design with the file is a new snapshot, so that the one before remains as it was. A
-- file that the design has already, equal in all it holds, is not attached again.
--
--     select app.begin_work('0194f3c0-0000-7000-8000-000000000001', 'ana@example.com');
--     select (attached.payload).files, attached.is_new
--       from app.attach_file(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                module     => 'signage.single_pole.base_plate',
--                file       => '{"name": "elevation.pdf", "bytes": 48213}'
--            ) as attached;
--     -- [{"name": "elevation.pdf", "bytes": 48213}] | t
--
create function app.attach_file(
    account_id uuid,
    project_id uuid,
    module     app.project_module,
    file       jsonb,
    actor      text default null
)
    returns table (payload app.project_payloads, is_new boolean)
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    design app.project_payloads;
    saved  record;
begin
    perform app.require_account(attach_file.account_id);
    perform app.require_between(
        'length of actor', coalesce(length(attach_file.actor), 0), 0, 255
    );
    if not ops.json_fits(attach_file.file, 16384)
        or jsonb_typeof(attach_file.file -> 'name') is distinct from 'string'
        or length(attach_file.file ->> 'name') not between 1 and 200 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a file is a JSON object of at most 16384 bytes with a name of 1 to 200 characters',
            hint    = 'Keep the file itself elsewhere; give its name, and where it is.';
    end if;

    -- Files that are attached at the same time come one after the other.
    perform
       from app.projects as p
      where p.account_id = attach_file.account_id
        and p.project_id = attach_file.project_id
        for no key update;
    select l.* into design
      from app.latest_payloads(attach_file.account_id, attach_file.project_id) as l
     where l.module = attach_file.module;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format(
                'there is no design %s of a project %s in this account', attach_file.module,
                attach_file.project_id
            ),
            hint    = 'Save a design of the module first: a file belongs to a design.';
    end if;
    if exists (
        select
          from jsonb_array_elements(design.files) as attached (file)
         where attached.file = attach_file.file
    ) then
        payload := design;
        is_new  := false;
        return next;
        return;
    end if;

    select put.payload, put.is_new
      into saved
      from app.put_payload(
               attach_file.account_id, attach_file.project_id, attach_file.module,
               design.config, design.files || attach_file.file, design.cost_snapshot,
               attach_file.actor
           ) as put;
    payload := saved.payload;
    is_new  := saved.is_new;
    perform app.append_event(
        attach_file.account_id, attach_file.project_id, 'file.attached',
        coalesce(attach_file.actor, app.current_actor()),
        jsonb_build_object(
            'payload_id', payload.payload_id,
            'module', attach_file.module,
            'name', attach_file.file -> 'name'
        )
    );
    return next;
end
$function$;
comment on function app.attach_file(uuid, uuid, app.project_module, jsonb, text) is
    'Attaches a file to the newest design of a module as a new snapshot, and records it.';

grant execute on function
    app.put_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text)
   to eagle_application;
