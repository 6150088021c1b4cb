-- Record every saved design in the audit log.
--
-- Runs as the owner: only the owner may record the events that the database itself records.
--
create function app.audit_payload()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (new.account_id, new.project_id, 'payload.saved', app.event_actor(null),
            jsonb_build_object(
                'payload_id', new.payload_id,
                'module', new.module,
                'sha256', new.sha256,
                'saved_at', new.created_at
            ));
    return null;
end
$function$;
comment on function app.audit_payload() is
    'Trigger: appends the event that records a saved payload.';
