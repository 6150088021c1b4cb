-- Append an event to its project's hash chain.
--
-- Runs as the owner, so that no other role needs a privilege on the chain heads. Updating the head
-- serializes the writers of one project; writers of different projects do not wait for each other.
-- The hash is that of app.event_sha256 and app.event_content_sha256; calling them would cost more
-- than computing it here.
--
create function app.chain_event()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    limit_of_actor constant integer := 200;
    limit_of_data  constant integer := 65536;
    project        constant bytea := uuid_send(new.account_id) || uuid_send(new.project_id);
    written        text;
    content        bytea;
    is_first       boolean := new.event_type = 'project.created';
begin
    -- Triggers have asked whom to record already, but for actors older than this function.
    if pg_trigger_depth() = 1 or length(new.actor) not between 1 and limit_of_actor then
        new.actor := app.event_actor(new.actor);
    end if;
    new.erased_at := null;
    if new.event_type <> 'user.data_deleted' then
        if new.data ?| array['erased_sha256', 'erased_positions'] then
            raise exception using
                errcode = 'insufficient_privilege',
                message = 'only an erasure says what was erased',
                hint    = 'Use other keys than erased_sha256 and erased_positions.',
                schema  = 'app',
                table   = 'project_events';
        end if;
        -- Some bytes can be a number of 131,072 digits: such are found before they are written out.
        if pg_column_size(new.data) > 512 then
            if exists (
                select
                  from jsonb_path_query(new.data, 'strict $.** ? (@.type() == "number")') as number
                 where abs(number::numeric) >= 1e40
                    or scale(number::numeric) > 40
            ) then
                written := repeat(' ', limit_of_data + 1);
            end if;
        end if;
    end if;
    written := coalesce(written, new.data::text);
    if octet_length(written) > limit_of_data and new.event_type <> 'user.data_deleted' then
        raise exception using
            errcode = 'program_limit_exceeded',
            message = format('the data of an event is at most %s bytes of JSON', limit_of_data),
            hint    = 'Keep what is larger elsewhere, and record its name and hash; a number has at most 40 digits before and after its point.',
            schema  = 'app',
            table   = 'project_events';
    end if;
    content := uuid_send(new.event_id)
        || timestamptz_send(new.occurred_at)
        || sha256(int4send(octet_length(new.actor)) || convert_to(new.actor || written, 'UTF8'))
        || convert_to(new.event_type::text, 'UTF8');
    loop
        if not is_first then
            update app.event_chains as c
               set position = c.position + 1,
                   sha256   = sha256(c.sha256 || project || int8send(c.position + 1) || content)
             where c.account_id = new.account_id
               and c.project_id = new.project_id
            returning c.position, c.sha256 into new.position, new.sha256;
            if found then
                -- What triggers and erasures record goes on; asked with the head locked, so that no
                -- event of a statement follows a deletion that was waited for.
                exit when pg_trigger_depth() > 1 or new.event_type = 'user.data_deleted';
                exit when exists (
                    select
                      from app.projects as p
                     where p.account_id = new.account_id
                       and p.project_id = new.project_id
                );
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
        exit when found;
        is_first := false;
    end loop;
    return new;
end
$function$;
comment on function app.chain_event() is
    'Trigger: gives a new event its position and hash in the chain of its project.';
