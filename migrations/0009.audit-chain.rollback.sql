drop function ops.verify_event_chain(uuid, uuid);
drop function app.erase_events(uuid, uuid, text, text);
drop function app.page_events(uuid, uuid, timestamptz, uuid, integer);
drop function app.append_event(uuid, uuid, app.project_event_type, text, jsonb);
drop trigger project_payloads_audit on app.project_payloads;
drop function app.audit_payload();
drop trigger projects_audit on app.projects;
drop function app.audit_project();
drop trigger project_events_chain on app.project_events;
drop function app.chain_event();
alter table app.project_events
    drop column position,
    drop column sha256,
    drop column erased_at;
drop function app.event_sha256(
    bytea, uuid, uuid, bigint, uuid, app.project_event_type, timestamptz, bytea
);
drop function app.event_content_sha256(text, jsonb);
drop table app.event_chains;
delete from ops.table_placements where relation = 'app.event_chains';

create or replace function app.refuse_event_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'ES003',
        message = format('events are immutable: %s is refused', lower(tg_op)),
        hint    = 'Append an event that corrects the earlier one.',
        schema  = 'app',
        table   = 'project_events';
end
$function$;
