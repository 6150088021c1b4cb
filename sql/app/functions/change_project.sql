-- Give a changed project its new etag, after checking the etag that the change names, and set its
-- actors to those of its events.
--
-- A change that does not set the etag is accepted as if it named the current one. One that changes
-- nothing leaves etag and time as they are. A change by the owner, as a migration makes, that names
-- nobody is that of the transaction's actor, not of whoever changed the project last. In
-- maintenance, derived columns change and nothing else: see ops.begin_maintenance().
--
create function app.change_project()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    is_owner       boolean;
    is_maintenance boolean := false;
    not_derived    text;
begin
    if tg_op = 'INSERT' then
        if new.updated_by is distinct from new.created_by then
            new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
            new.created_by := app.event_actor(coalesce(new.created_by, ''));
        else
            new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
            new.created_by := new.updated_by;
        end if;
        return new;
    end if;
    if new is not distinct from old then
        return new;
    end if;
    is_owner := not row_security_active('app.projects'::regclass);
    if is_owner and coalesce(current_setting('app.maintenance', true), '') <> '' then
        is_maintenance := exists (
            select
              from ops.evidence as e
             where e.position::text = current_setting('app.maintenance')
               and e.kind = 'maintenance'
               and e.content ->> 'transaction' = pg_current_xact_id()::text
        );
    end if;
    -- A signed actor is the one who changes the project, whether the update names one or not.
    if new.updated_by is distinct from old.updated_by
        or app.signing_required() and app.signed_account() <> '' then
        new.updated_by := app.event_actor(coalesce(new.updated_by, ''));
    elsif is_owner and not is_maintenance then
        new.updated_by := app.event_actor(null);
    end if;
    if new.etag is distinct from old.etag then
        raise exception using
            errcode = 'ES002',
            message = format('project %s has changed since it was read', old.project_id),
            detail  = format('The etag given is %s, the current one is %s.', new.etag, old.etag),
            hint    = 'Read the project again and repeat the change on what it holds now.',
            schema  = 'app',
            table   = 'projects';
    end if;
    if (new.account_id, new.project_id, new.created_by, new.created_at)
        is distinct from (old.account_id, old.project_id, old.created_by, old.created_at) then
        raise exception using
            errcode = 'ES006',
            message = format('the identity and origin of project %s cannot change', old.project_id),
            hint    = 'Leave account_id, project_id, created_by and created_at as they are.',
            schema  = 'app',
            table   = 'projects';
    end if;

    if is_maintenance then
        select string_agg(field.key, ', ' order by field.key)
          into not_derived
          from jsonb_each(to_jsonb(new)) as field
         where field.value is distinct from to_jsonb(old) -> field.key
           and (field.key = 'updated_at'
                or has_column_privilege(
                       'eagle_application', 'app.projects'::regclass, field.key, 'update'
                   ));
        if not_derived is not null then
            raise exception using
                errcode = 'insufficient_privilege',
                message = format('maintenance does not change %s of projects', not_derived),
                hint    = 'Users read these: change them in a transaction without ops.begin_maintenance().',
                schema  = 'app',
                table   = 'projects';
        end if;
        return new;
    end if;

    new.etag       := gen_random_uuid();
    new.updated_at := greatest(now(), old.updated_at);
    return new;
end
$function$;
comment on function app.change_project() is
    'Trigger: refuses a stale etag (ES002), a changed identity (ES006) or no actor (ES008), '
    'then renews etag and updated_at.';
