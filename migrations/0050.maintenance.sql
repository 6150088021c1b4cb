-- 0050.maintenance
-- depends: 0049.pages
--
-- why    An update of app.projects in a migration wrote an event in the name of whoever had changed
--        each project last, and renewed every etag. Such an update is now that of the role that
--        migrates, and ops.begin_maintenance() lets the owner compute derived columns without
--        events and new etags, recorded in ops.evidence.
-- locks  ops.evidence ACCESS EXCLUSIVE and then SHARE UPDATE EXCLUSIVE, briefly: some rows are read.
-- undo   0050.maintenance.rollback.sql; refused where maintenance has been recorded, since evidence
--        is never changed.

alter table ops.evidence
    -- squawk-ignore ban-drop-constraint
    drop constraint evidence_kind_check,
    add constraint evidence_kind_check
        check (kind in ('beginning', 'retirement', 'erasure', 'unlogged', 'maintenance')) not valid;
alter table ops.evidence validate constraint evidence_kind_check;
comment on column ops.evidence.kind is
    'beginning: of this record; retirement: a state of a partition; erasure: places of a chain '
    'that were emptied; unlogged: what a project held when the record began and no event says; '
    'maintenance: of columns that no event says anything of.';
comment on column ops.evidence.subject is
    'The partition or table, or account and project with a slash between.';
comment on column ops.evidence.content is
    'What is known: the record of the retirement with the hash of its stretches, the places, or '
    'the reason.';

-- Let this transaction change derived columns of projects without changing what users see of them.
--
-- Until it ends, an update by the owner keeps etag, updated_at and updated_by, and records no event.
-- It may change only columns that eagle_application has no privilege to update: what users write is
-- changed with an event and a new etag. One entry in ops.evidence records who did so, and why.
--
--     select ops.begin_maintenance('compute the priority of projects');
--
-- No role but the owner can call it, and the setting permits nothing to another role, nor without
-- the entry of the same transaction.
--
create function ops.begin_maintenance(reason text)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    if length(btrim(begin_maintenance.reason)) between 1 and 1000 is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'maintenance has a reason of 1 to 1000 characters',
            hint    = 'Say what is computed anew, and why.';
    end if;
    if exists (select from pg_extension where extname = 'citus') then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'maintenance is not available on a distributed database',
            hint    = 'The evidence is on the coordinator, and triggers run on the workers.';
    end if;
    perform ops.record_evidence(
        'maintenance',
        'app.projects',
        jsonb_build_object(
            'reason', btrim(begin_maintenance.reason), 'transaction', pg_current_xact_id()::text
        )
    );
    execute format(
        'set local app.maintenance = %L', (select max(e.position) from ops.evidence as e)::text
    );
end
$function$;
comment on function ops.begin_maintenance(text) is
    'Lets the owner change derived columns of projects in this transaction without events or new '
    'etags, and records that.';

-- Give a changed project its new etag, after checking the etag that the change names, and set its
-- actors to those of its events.
--
-- A change that does not set the etag is accepted as if it named the current one. One that changes
-- nothing leaves etag and time as they are. A change by the owner, as a migration makes, that names
-- nobody is that of the transaction's actor, not of whoever changed the project last. In
-- maintenance, derived columns change and nothing else: see ops.begin_maintenance().
--
create or replace function app.change_project()
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

-- Record every change of a project in the audit log, whoever makes it, and its effect on the totals
-- of its account.
--
-- An update records the names of the changed columns, not their values, so that an erasure of a
-- customer's data does not have to search the audit log. The last of these events has the actor of
-- updated_by. Runs as the owner: only the owner may record the events of the database itself.
--
create or replace function app.audit_project()
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

-- Refuse changes of the evidence.
create or replace function ops.refuse_evidence_change()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'ES212',
        message = format('evidence is immutable: %s is refused', lower(tg_op)),
        hint    = 'Only retirements, erasures and maintenance add to it.',
        schema  = 'ops',
        table   = 'evidence';
end
$function$;
