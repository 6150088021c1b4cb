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
create function app.save_payload(
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
comment on function app.save_payload(uuid, uuid, app.project_module, jsonb, jsonb, jsonb, text) is
    'Saves a design once per distinct snapshot, makes it the newest of its module, and returns it.';
