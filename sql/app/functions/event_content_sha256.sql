-- Hash of the part of an event that can be erased: its actor and data.
--
--     select encode(app.event_content_sha256('ana', '{"to": "submitted"}'), 'hex');
--     -- 39d81cf89a5c14ecac54c0e1ec383e7feae8d15c0c4475ece6f991f2127f9680
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
comment on function app.event_content_sha256(text, jsonb) is
    'Hash of the actor and data of an event, 32 bytes.';
