-- Refuse to change or delete a published version, unless this transaction recorded what it is in
-- catalog.past_versions. Setting the end of an open version is always allowed, and recorded here.
-- The trigger's arguments are the noun of the message and the column that identifies the object.
create function catalog.protect_published_version()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    noun    text := tg_argv[0];
    object  text;
    was     jsonb;
    becomes jsonb;
    edited  text;
    is_kept boolean;
begin
    if tg_op = 'TRUNCATE' then
        raise exception using
            errcode = 'ES101',
            message = format('published %ss cannot be removed', noun),
            hint    = 'Close a version by setting effective_to; it stays as a record.';
    end if;

    was    := to_jsonb(old);
    object := was ->> tg_argv[1];
    -- Rows of subtransactions are younger than the transaction itself.
    is_kept := exists (
        select
          from catalog.past_versions as past
         where past.noun    = tg_argv[0]
           and past.object  = to_jsonb(old) ->> tg_argv[1]
           and past.version = old.version
           and past.was     = to_jsonb(old)
           and (past.outcome = 'withdrawn') = (tg_op = 'DELETE')
           and age(past.xmin) <= 0
    );
    if tg_op = 'DELETE' then
        if is_kept then
            return old;
        end if;
        raise exception using
            errcode = 'ES101',
            message = format(
                '%s %s %s is published and cannot be removed',
                noun, object, was ->> 'version'
            ),
            hint    = format(
                'Close it by setting effective_to; it stays as a record. Before it is in effect,'
                ' catalog.withdraw_%s() withdraws it.', noun
            );
    end if;

    becomes := to_jsonb(new);
    if is_kept or was = becomes then
        return new;
    end if;
    if jsonb_typeof(was -> 'effective_to') = 'null'
       and was - 'effective_to' = becomes - 'effective_to'
    then
        perform catalog.keep_version(noun, object, was, 'closed');
        return new;
    end if;

    select string_agg(
               format(
                   '%s from %s to %s',
                   field.key, coalesce(field.value, 'null'), coalesce(becomes ->> field.key, 'null')
               ),
               ', '
               order by field.key
           )
      into edited
      from jsonb_each_text(was) as field
     where field.value is distinct from becomes ->> field.key;

    raise exception using
        errcode = 'ES101',
        message = format(
            '%s %s %s is published and cannot change',
            noun, object, was ->> 'version'
        ),
        detail  = format('The change was %s.', edited),
        hint    = format(
            'Publish a new version with catalog.publish_%1$s(), or correct this one with'
            ' catalog.correct_%1$s().', noun
        );
end
$function$;
revoke execute on function catalog.protect_published_version() from public;
comment on function catalog.protect_published_version() is
    'Refuses to change or remove a published version unless what it is was recorded.';
