-- The actor of an event: the one that is given, else that of the transaction.
--
-- Every event takes its actor from here, and so do created_by and updated_by of projects. A blank
-- actor is refused (ES008), and so is a tenant's login role, which all its users share. Where
-- accounts are signed, it is the signed actor, whichever is given.
--
--     select app.event_actor(' ana@example.com ');
--     -- ana@example.com
--
create function app.event_actor(claimed text)
    returns text
    language plpgsql
    stable
    security invoker
    parallel safe
    set search_path = pg_catalog, pg_temp
as $function$
declare
    limit_of_length constant integer := 200;
    -- Where accounts are signed, so is the actor, and no other is believed.
    actor           constant text := btrim(
        case
            when event_actor.claimed is null
                or app.signing_required() and app.signed_account() <> ''
            then app.current_actor()
            else event_actor.claimed
        end
    );
begin
    if event_actor.claimed is not null
        and length(actor) between 1 and limit_of_length
        and actor !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]'
        and lower(actor) <> '(erased)' then
        return actor;
    end if;
    if coalesce(actor, '') = ''
        or event_actor.claimed is null
        and actor = session_user::text
        and not exists (
                select
                  from pg_roles as r
                 where r.rolname = coalesce(nullif(current_setting('role'), 'none'), session_user)
                   and (r.rolsuper or r.rolbypassrls or pg_has_role(r.oid, 'eagle_owner', 'member'))
            ) then
        raise exception using
            errcode = 'ES008',
            message = 'an event needs an actor',
            hint    = 'Name who acts, or call app.begin_work() in the same transaction first.';
    end if;
    if length(actor) > limit_of_length
        or actor ~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('an actor is one line of at most %s characters', limit_of_length),
            hint    = 'Name who acts by an address or a key.';
    end if;
    if lower(actor) = '(erased)' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'an actor is not named as an erased one is',
            hint    = 'Name who acts by an address or a key.';
    end if;
    return actor;
end
$function$;
comment on function app.event_actor(text) is
    'The actor of an event: the one claimed or that of the transaction; ES008 if there is none.';
