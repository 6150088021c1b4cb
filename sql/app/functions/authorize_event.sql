-- Refuse an event that its writer may not record, before its chain is updated.
--
-- Row security checks a row only after the triggers of this table: before that, an error of
-- project_events_chain would reveal to an account which projects of others exist. An account cannot
-- append events that the database itself records: these come from triggers, where
-- pg_trigger_depth() is above 1.
--
create function app.authorize_event()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if not row_security_active('app.project_events'::regclass) then
        return new;
    end if;
    if new.account_id is distinct from app.current_account_id() then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'new row violates row-level security policy for table "project_events"',
            hint    = 'Call app.begin_work() in the same transaction first.',
            schema  = 'app',
            table   = 'project_events';
    end if;
    if pg_trigger_depth() = 1
        and new.event_type in (
            'project.created', 'project.updated', 'project.status_changed', 'project.submitted',
            'project.accepted', 'project.rejected', 'payload.saved', 'user.data_deleted'
        ) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('the database itself records %s', new.event_type),
            hint    = 'Make the change; its event follows.',
            schema  = 'app',
            table   = 'project_events';
    end if;
    return new;
end
$function$;
comment on function app.authorize_event() is
    'Trigger: refuses an event of another account, or one that only the database records.';
