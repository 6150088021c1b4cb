-- Record every change of a project in the audit log, whoever makes it.
--
-- An update records the names of the changed columns, not their values, so that erasing a
-- customer's data does not have to search the log for it.
--
create function app.audit_project()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    changed text[];
begin
    if tg_op = 'INSERT' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.created', new.created_by,
                jsonb_build_object('status', new.status));
        return null;
    end if;
    if tg_op = 'DELETE' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (old.account_id, old.project_id, 'user.data_deleted', app.current_actor(),
                jsonb_build_object('deleted', 'project'));
        return null;
    end if;

    if new.status is distinct from old.status then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id,
                case
                    when new.status in ('submitted', 'accepted', 'rejected')
                    then ('project.' || new.status)::app.project_event_type
                    else 'project.status_changed'
                end,
                new.updated_by,
                jsonb_build_object('from', old.status, 'to', new.status));
    end if;

    select array_agg(field.key order by field.key)
      into changed
      from jsonb_each(to_jsonb(new)) as field
     where field.value is distinct from to_jsonb(old) -> field.key
       and field.key not in ('status', 'etag', 'updated_at', 'updated_by');
    if changed is not null then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                jsonb_build_object('columns', changed));
    end if;
    return null;
end
$function$;
comment on function app.audit_project() is
    'Trigger: appends the event that records a project''s creation, change or deletion.';
