-- Refuse to edit or delete a published version; only setting the end of an open version is allowed.
-- The trigger's arguments are the noun of the message and the column that identifies the object.
create function catalog.protect_published_version()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    noun     text := tg_argv[0];
    was      jsonb;
    becomes  jsonb;
    edited   text;
begin
    if tg_op = 'TRUNCATE' then
        raise exception using
            errcode = 'ES101',
            message = format('published %ss cannot be removed', noun),
            hint    = 'Close a version by setting effective_to; it stays as a record.';
    end if;

    was := to_jsonb(old);
    if tg_op = 'DELETE' then
        raise exception using
            errcode = 'ES101',
            message = format(
                '%s %s %s is published and cannot be removed',
                noun, was ->> tg_argv[1], was ->> 'version'
            ),
            hint    = 'Close it by setting effective_to; it stays as a record.';
    end if;

    becomes := to_jsonb(new);
    if jsonb_typeof(was -> 'effective_to') = 'null' then
        was     := was - 'effective_to';
        becomes := becomes - 'effective_to';
    end if;
    if was = becomes then
        return new;
    end if;

    select string_agg(
               format(
                   '%s from %s to %s',
                   field.key, field.value, coalesce(becomes ->> field.key, 'null')
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
            noun, was ->> tg_argv[1], was ->> 'version'
        ),
        detail  = format('The change was %s.', edited),
        hint    = format('Publish a new version with catalog.publish_%s().', noun);
end
$function$;
revoke execute on function catalog.protect_published_version() from public;
comment on function catalog.protect_published_version() is
    'Refuses to edit or remove a published version, except to set the end of an open one.';
