-- Record an event of a project and return it.
--
--     select position
--       from app.append_event(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                event_type => 'report.generated',
--                actor      => 'ana@example.com',
--                data       => '{"pages": 12}'
--            );
--     -- 3
--
create function app.append_event(
    account_id uuid,
    project_id uuid,
    event_type app.project_event_type,
    actor      text,
    data       jsonb default '{}'
)
    returns app.project_events
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    appended app.project_events;
begin
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (append_event.account_id, append_event.project_id, append_event.event_type,
            append_event.actor, append_event.data)
    returning * into appended;
    return appended;
end
$function$;
comment on function app.append_event(uuid, uuid, app.project_event_type, text, jsonb) is
    'Appends an event to the audit log of a project and returns it.';
