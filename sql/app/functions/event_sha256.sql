-- Hash of an event, given the hash of the one before it in its project's chain.
--
--     select encode(
--                app.event_sha256(
--                    previous    => decode(repeat('00', 32), 'hex'),
--                    account_id  => '0194f3c0-0000-7000-8000-000000000001',
--                    project_id  => '0194f3c0-0000-7000-8000-00000000000a',
--                    place       => 1,
--                    event_id    => '0194f3c0-0000-7000-8000-00000000000e',
--                    event_type  => 'project.created',
--                    occurred_at => '2026-01-02 03:04:05+00',
--                    content     => app.event_content_sha256('ana', '{"status": "draft"}')
--                ),
--                'hex'
--            );
--     -- eafe316d13405acaedfb53a80f8810c5b867fd9b7085664dd1154cdbb49e7bcb
--
create function app.event_sha256(
    previous    bytea,
    account_id  uuid,
    project_id  uuid,
    place       bigint,
    event_id    uuid,
    event_type  app.project_event_type,
    occurred_at timestamptz,
    content     bytea
)
    returns bytea
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return sha256(
        event_sha256.previous
        || uuid_send(event_sha256.account_id)
        || uuid_send(event_sha256.project_id)
        || int8send(event_sha256.place)
        || uuid_send(event_sha256.event_id)
        || timestamptz_send(event_sha256.occurred_at)
        || event_sha256.content
        || convert_to(event_sha256.event_type::text, 'UTF8')
    );
end
$function$;
comment on function app.event_sha256(
    bytea, uuid, uuid, bigint, uuid, app.project_event_type, timestamptz, bytea
) is
    'Hash of an event over its content and the hash of the event before it, 32 bytes.';
