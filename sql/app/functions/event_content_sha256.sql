-- Hash of the part of an event that can be erased: who did it, and what else is known.
--
--     select encode(app.event_content_sha256('ana', '{"to": "submitted"}'), 'hex');
--     -- b8bf1ab03d9b5ad1fba2d4a0bb2ec64c22d2c5ba5eecf76c0ad7fc1d2dc3b2b7
--
-- convert_to is stable only because a conversion can be redefined; UTF8 to UTF8 has none.
--
create function app.event_content_sha256(
    actor text,
    data  jsonb
)
    returns bytea
    language plpgsql
    immutable
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
begin
    return sha256(
        int4send(octet_length(event_content_sha256.actor))
        || convert_to(event_content_sha256.actor || event_content_sha256.data::text, 'UTF8')
    );
end
$function$;
comment on function app.event_content_sha256(text, jsonb) is 'Hash of the actor and data of an event, 32 bytes.';
