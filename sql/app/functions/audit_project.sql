-- Record every change of a project in the audit log, whoever makes it, and its effect on the totals
-- of its account.
--
-- An update that changes nothing records nothing; another one records the names of the changed
-- columns, not their values, so that an erasure of a
-- customer's data does not have to search the audit log. The last of these events has the actor of
-- updated_by. Runs as the owner: only the owner may record the events of the database itself.
--
create function app.audit_project()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    moved   record;
    changed text[];
begin
    if tg_op = 'INSERT' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (new.account_id, new.project_id, 'project.created', new.created_by,
                jsonb_build_object('status', new.status));
        if new.updated_by <> new.created_by then
            insert into app.project_events (account_id, project_id, event_type, actor, data)
            values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                    '{"columns": ["updated_by"]}');
        end if;
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
        return null;
    end if;
    if tg_op = 'DELETE' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (old.account_id, old.project_id, 'user.data_deleted', app.event_actor(null),
                jsonb_build_object('deleted', 'project'));
        insert into app.project_totals (
            account_id, status, project_count, confidence_count, confidence_sum, duration
        )
        values (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        );
        return null;
    end if;

    -- Maintenance, and a change of nothing, keep the etag: no total and no event depends on them.
    if new.etag = old.etag then
        return null;
    end if;
    insert into app.project_totals (
        account_id, status, project_count, confidence_count, confidence_sum, duration
    )
    values
        (
            old.account_id, old.status, -1, - num_nonnulls(old.confidence),
            - coalesce(old.confidence::numeric, 0), old.created_at - old.updated_at
        ),
        (
            new.account_id, new.status, 1, num_nonnulls(new.confidence),
            coalesce(new.confidence::numeric, 0), new.updated_at - new.created_at
        );
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

    -- Most updates only move a project: taking both rows apart would cost more than the update.
    moved            := old;
    moved.status     := new.status;
    moved.etag       := new.etag;
    moved.updated_at := new.updated_at;
    moved.updated_by := new.updated_by;
    if moved is not distinct from new then
        if new.status = old.status and new.updated_by <> old.updated_by then
            insert into app.project_events (account_id, project_id, event_type, actor, data)
            values (new.account_id, new.project_id, 'project.updated', new.updated_by,
                    '{"columns": ["updated_by"]}');
        end if;
        return null;
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
    'Trigger: appends the event that records a project''s creation, change or deletion, '
    'and adds what it changes to the totals.';
