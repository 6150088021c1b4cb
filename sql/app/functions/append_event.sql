-- Record an event of a project and return it. An actor of null is that of app.begin_work().
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
    perform app.require_account(append_event.account_id);
    if length(append_event.actor) > 255 then
        perform app.require_between('length of actor', length(append_event.actor), 0, 255);
    end if;
    if not ops.json_fits(append_event.data, 16384) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'data is longer than 16384 bytes, has a number over 1e100 or over 50 levels',
            hint    = 'Record what happened in short, and where the rest is.';
    end if;
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (append_event.account_id, append_event.project_id, append_event.event_type,
            append_event.actor, append_event.data)
    returning * into appended;
    return appended;
end
$function$;
comment on function app.append_event(uuid, uuid, app.project_event_type, text, jsonb) is
    'Appends an event to the audit log of a project and returns it.';
