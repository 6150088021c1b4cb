-- Append an event to its project's hash chain.
--
-- Runs as the owner, so that no other role needs a right on the chain heads. Updating the head
-- orders the writers of one project; writers of different projects do not meet.
--
create function app.chain_event()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
begin
    new.erased_at := null;
    loop
        update app.event_chains as c
           set position = c.position + 1,
               sha256   = app.event_sha256(
                   c.sha256, new.account_id, new.project_id, c.position + 1,
                   new.event_id, new.event_type, new.occurred_at,
                   app.event_content_sha256(new.actor, new.data)
               )
         where c.account_id = new.account_id
           and c.project_id = new.project_id
        returning c.position, c.sha256 into new.position, new.sha256;
        if found then
            return new;
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
        insert into app.event_chains (account_id, project_id)
        values (new.account_id, new.project_id)
            on conflict on constraint event_chains_pkey do nothing;
    end loop;
end
$function$;
comment on function app.chain_event() is
    'Trigger: gives a new event its position and hash in the chain of its project.';
