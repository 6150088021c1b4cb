-- 0017.cheaper-writes
-- depends: 0016.metrics
--
-- why    A change cost its writer more for the record of it than for itself: hashes in functions of
--        their own, rows taken apart as JSON, and a look for an equal design before each new one.
-- locks  None: functions are replaced.
-- undo   0017.cheaper-writes.rollback.sql; nothing is lost, chains verify either way.

create or replace function app.audit_payload()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    insert into app.project_events (account_id, project_id, event_type, actor, data)
    values (new.account_id, new.project_id, 'payload.saved', app.current_actor(),
            jsonb_build_object(
                'payload_id', new.payload_id,
                'module', new.module,
                'sha256', new.sha256
            ));
    return null;
end
$function$;

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

    -- Most updates only move a project: taking both rows apart would cost more than the update.
    moved            := old;
    moved.status     := new.status;
    moved.etag       := new.etag;
    moved.updated_at := new.updated_at;
    moved.updated_by := new.updated_by;
    if moved is not distinct from new then
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

create or replace function app.chain_event()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    project constant bytea := uuid_send(new.account_id) || uuid_send(new.project_id);
    content constant bytea := uuid_send(new.event_id)
        || timestamptz_send(new.occurred_at)
        || sha256(
            int4send(octet_length(new.actor)) || convert_to(new.actor || new.data::text, 'UTF8')
        )
        || convert_to(new.event_type::text, 'UTF8');
    is_first boolean := new.event_type = 'project.created';
begin
    new.erased_at := null;
    loop
        if not is_first then
            update app.event_chains as c
               set position = c.position + 1,
                   sha256   = sha256(c.sha256 || project || int8send(c.position + 1) || content)
             where c.account_id = new.account_id
               and c.project_id = new.project_id
            returning c.position, c.sha256 into new.position, new.sha256;
            if found then
                return new;
            end if;
        end if;

        if not exists (
            select
              from app.projects as p
             where p.account_id = new.account_id
               and p.project_id = new.project_id
        ) then
            raise exception using
                errcode    = 'foreign_key_violation',
                message    = format('there is no project %s to record an event of', new.project_id),
                hint       = 'Create the project first, in the account that the event names.',
                schema     = 'app',
                table      = 'project_events';
        end if;
        insert into app.event_chains as c (account_id, project_id, position, sha256)
        values (
            new.account_id, new.project_id, 1,
            sha256(decode(repeat('00', 32), 'hex') || project || int8send(1) || content)
        )
            on conflict on constraint event_chains_pkey do nothing
        returning c.position, c.sha256 into new.position, new.sha256;
        if found then
            return new;
        end if;
        is_first := false;
    end loop;
end
$function$;

create or replace function app.save_payload(
    account_id    uuid,
    project_id    uuid,
    module        app.project_module,
    config        jsonb,
    files         jsonb,
    cost_snapshot jsonb,
    actor         text
)
    returns app.project_payloads
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    saved  app.project_payloads;
    digest text;
begin
    perform set_config('app.actor', save_payload.actor, true);

    loop
        insert into app.project_payloads as p (
            account_id, project_id, module, config, files, cost_snapshot
        )
        values (
            save_payload.account_id, save_payload.project_id, save_payload.module,
            save_payload.config, save_payload.files, save_payload.cost_snapshot
        )
            on conflict on constraint project_payloads_account_id_project_id_module_sha256_key
            do nothing
        returning p.* into saved;
        if found then
            return saved;
        end if;

        digest := app.snapshot_sha256(
            save_payload.config, save_payload.files, save_payload.cost_snapshot
        );
        select l.* into saved
          from app.latest_payloads(save_payload.account_id, save_payload.project_id) as l
         where l.module = save_payload.module
           and l.sha256 = digest;
        if found then
            return saved;
        end if;
        saved.created_at := clock_timestamp();
        update app.project_payloads as p
           set created_at = saved.created_at
         where p.account_id = save_payload.account_id
           and p.project_id = save_payload.project_id
           and p.module = save_payload.module
           and p.sha256 = digest
        returning p.* into saved;
        if found then
            return saved;
        end if;
    end loop;
end
$function$;
