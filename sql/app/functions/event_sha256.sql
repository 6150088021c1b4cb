-- Hash of an event, given the hash of the one before it in its project's chain.
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
comment on function app.event_sha256(bytea, uuid, uuid, bigint, uuid, app.project_event_type, timestamptz, bytea) is
    'Hash of an event over its content and the hash of the event before it, 32 bytes.';
