-- Erase actor and data of a project's events, on request, leaving tombstones; returns their number.
--
-- Type, time and position in the chain are kept, and the hash of what was erased, so that the chain
-- still verifies. The erasure itself is an event that names the erased positions, the given actor
-- and the login role; ops.evidence records the positions with the time. A tombstone that neither
-- names is a forgery.
--
--     select app.erase_events(
--                account_id => '0194f3c0-0000-7000-8000-000000000001',
--                project_id => '0194f3c0-0000-7000-8000-00000000000a',
--                actor      => 'privacy@example.com',
--                reason     => 'request 2026-114'
--            );
--     -- 2
--
create function app.erase_events(
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
    if length(erase_events.reason) > 1000 then
        raise exception using
            errcode = 'program_limit_exceeded',
            message = 'the reason of an erasure is at most 1000 characters',
            hint    = 'Name the request; keep its text elsewhere.';
    end if;
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
                jsonb_build_object(
                    'reason', erase_events.reason,
                    'role', session_user,
                    'erased_positions', erased
                ));
        perform ops.record_evidence(
            'erasure',
            erase_events.account_id || '/' || erase_events.project_id,
            jsonb_build_object(
                'erased_at', extract(epoch from now()),
                'positions', erased,
                'status', (
                    select p.status
                      from app.projects as p
                     where p.account_id = erase_events.account_id
                       and p.project_id = erase_events.project_id
                )
            )
        );
    end if;
    return cardinality(erased);
end
$function$;
comment on function app.erase_events(uuid, uuid, text, text) is
    'Erases actor and data of a project''s events, leaves verifiable tombstones, and records it.';
