-- Append an event to its project's hash chain.
--
-- Runs as the owner, so that no other role needs a right on the chain heads. Updating the head
-- orders the writers of one project; writers of different projects do not meet. The hash is that of
-- app.event_sha256 and app.event_content_sha256, whose calls would cost more than what they do.
--
create function app.chain_event()
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
comment on function app.chain_event() is
    'Trigger: gives a new event its position and hash in the chain of its project.';
