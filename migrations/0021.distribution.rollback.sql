drop function ops.distribution_statements();

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

    perform set_config('app.erasing', 'events', true);
    with tombstone as (
        update app.project_events as e
           set actor     = '(erased)',
               data      = jsonb_build_object(
                   'erased_sha256', encode(app.event_content_sha256(e.actor, e.data), 'hex')
               ),
               erased_at = now()
         where e.account_id = erase_events.account_id
           and e.project_id = erase_events.project_id
           and e.erased_at is null
           and not (e.event_type = 'user.data_deleted' and e.data ? 'erased_positions')
        returning e.position
    )
    select coalesce(array_agg(t.position order by t.position), '{}') into erased from tombstone as t;
    perform set_config('app.erasing', '', true);

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

create or replace function ops.fold_project_totals()
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    crowded record;
    taken   bigint;
    folded  bigint := 0;
begin
    for crowded in
        select t.account_id, t.status
          from app.project_totals as t
         group by t.account_id, t.status
        having count(*) > 1
    loop
        with entry as (
            delete from app.project_totals as t
             where t.account_id = crowded.account_id
               and t.status = crowded.status
            returning t.*
        ),
        kept as (
            insert into app.project_totals (
                account_id, status, project_count, confidence_count, confidence_sum, duration
            )
            select
                e.account_id,
                e.status,
                sum(e.project_count),
                sum(e.confidence_count),
                sum(e.confidence_sum),
                sum(e.duration)
              from entry as e
             group by e.account_id, e.status
            having sum(e.project_count) <> 0
                or sum(e.confidence_count) <> 0
                or sum(e.confidence_sum) <> 0
                or sum(e.duration) <> interval '0'
        )
        select count(*) into taken from entry;
        folded := folded + taken;
    end loop;
    return folded;
end
$function$;
