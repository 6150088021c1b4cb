-- Refuse changes of the audit log.
--
-- The only exception is app.erase_events, which runs as the owner and sets a parameter.
-- The parameter alone permits nothing: no other role has the privilege to update the table.
--
create function app.refuse_event_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if tg_op = 'UPDATE' and current_setting('app.erasing', true) = 'events' then
        return new;
    end if;
    raise exception using
        errcode = 'ES003',
        message = format('events are immutable: %s is refused', lower(tg_op)),
        hint    = 'Append an event that corrects the earlier one; personal data is erased by app.erase_events.',
        schema  = 'app',
        table   = 'project_events';
end
$function$;
comment on function app.refuse_event_change() is
    'Trigger: refuses update, delete and truncate of events (ES003).';
