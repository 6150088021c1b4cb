-- 0021.distribution
-- depends: 0020.project-search
--
-- why    What a distributed database runs on its nodes hears of settings made by SET LOCAL alone, and
--        updates with functions that are immutable. The statements that distribute the tables come
--        from the database itself.
-- locks  none that anyone waits for: functions are replaced.
-- undo   0021.distribution.rollback.sql; nothing is lost.

create or replace function app.erase_events(
    account_id uuid,
    project_id uuid,
    actor      text,
    reason     text
)
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    erased bigint[];
begin
    perform
       from app.event_chains as c
      where c.account_id = erase_events.account_id
        and c.project_id = erase_events.project_id
        for update;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('project %s has no events in this account', erase_events.project_id),
            hint    = 'Check the account and the project.';
    end if;

    -- A statement, since the nodes of a distributed database hear of no call of set_config().
    set local app.erasing = 'events';
    with tombstone as (
        update app.project_events as e
           set actor     = '(erased)',
               -- jsonb_build_object() is not immutable, and so no function of a column that every
               -- node of a distributed database may compute.
               data      = (
                   '{"erased_sha256": "'
                   || encode(app.event_content_sha256(e.actor, e.data), 'hex')
                   || '"}'
               )::jsonb,
               erased_at = now()
         where e.account_id = erase_events.account_id
           and e.project_id = erase_events.project_id
           and e.erased_at is null
           and not (e.event_type = 'user.data_deleted' and e.data ? 'erased_positions')
        returning e.position
    )
    select coalesce(array_agg(t.position order by t.position), '{}') into erased from tombstone as t;
    set local app.erasing = '';

    if erased <> '{}' then
        insert into app.project_events (account_id, project_id, event_type, actor, data)
        values (erase_events.account_id, erase_events.project_id, 'user.data_deleted',
                erase_events.actor,
                jsonb_build_object('reason', erase_events.reason, 'erased_positions', erased));
    end if;
    return cardinality(erased);
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
    -- A statement, since the nodes of a distributed database hear of no call of set_config().
    execute format('set local app.actor = %L', coalesce(save_payload.actor, ''));

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

create or replace function ops.fold_project_totals()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    crowded record;
    entry   record;
    folded  bigint := 0;
begin
    for crowded in
        select t.account_id, t.status
          from app.project_totals as t
         group by t.account_id, t.status
        having count(*) > 1
    loop
        with taken as (
            delete from app.project_totals as t
             where t.account_id = crowded.account_id
               and t.status = crowded.status
            returning t.*
        )
        select
            count(*) as entries,
            sum(t.project_count) as project_count,
            sum(t.confidence_count) as confidence_count,
            sum(t.confidence_sum) as confidence_sum,
            sum(t.duration) as duration
          into entry
          from taken as t;
        folded := folded + entry.entries;
        if entry.project_count <> 0
            or entry.confidence_count <> 0
            or entry.confidence_sum <> 0
            or entry.duration <> interval '0' then
            insert into app.project_totals (
                account_id, status, project_count, confidence_count, confidence_sum, duration
            )
            values (
                crowded.account_id, crowded.status, entry.project_count, entry.confidence_count,
                entry.confidence_sum, entry.duration
            );
        end if;
    end loop;
    return folded;
end
$function$;

create function ops.distribution_statements()
    returns table (
        step      integer,
        relation  text,
        statement text
    )
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    placed  record;
    done    text[] := '{}';
    together text;
begin
    loop
        -- A table may go once all that its foreign keys refer to has gone.
        select p.relation, p.placement
          into placed
          from ops.table_placements as p
         where p.placement in ('tenant', 'reference')
           and p.relation <> all (done)
           and not exists (
                   select
                     from pg_constraint as k
                     join ops.table_placements as other
                       on to_regclass(other.relation) = k.confrelid
                    where k.contype = 'f'
                      and k.conrelid = to_regclass(p.relation)
                      and k.confrelid <> k.conrelid
                      and other.placement in ('tenant', 'reference')
                      and other.relation <> all (done)
               )
         order by p.placement, p.relation
         limit 1;
        exit when not found;
        done     := done || placed.relation;
        step     := cardinality(done);
        relation := placed.relation;
        if placed.placement = 'reference' then
            statement := format('select create_reference_table(%L)', relation);
        elsif together is null then
            together   := relation;
            statement := format('select create_distributed_table(%L, %L)', relation, 'account_id');
        else
            statement := format(
                'select create_distributed_table(%L, %L, colocate_with => %L)',
                relation, 'account_id', together
            );
        end if;
        return next;
    end loop;

    select min(p.relation)
      into relation
      from ops.table_placements as p
     where p.placement in ('tenant', 'reference')
       and p.relation <> all (done);
    if relation is not null then
        raise exception using
            errcode = 'invalid_foreign_key',
            message = format('%s refers to a table that refers back to it', relation),
            hint    = 'Drop one of the foreign keys: a distributed table finds what it refers to in place.';
    end if;
end
$function$;
comment on function ops.distribution_statements() is
    'The statements that distribute the database over the workers of Citus, in their order; '
    'changes nothing.';
