-- Record what a version of a constant or price is, before it changes or goes; the trigger of its
-- table refuses what is not recorded.
--
--     select catalog.keep_version('price', 'base_est', to_jsonb(price), 'corrected', 'a typo')
--       from catalog.price_on('base_est') as price;
--
create function catalog.keep_version(
    noun          text,
    object        text,
    was           jsonb,
    outcome       text,
    reason        text default null,
    superseded_by text default null
)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    insert into catalog.past_versions (
        noun, object, version, was, began_at, ended_at, outcome, superseded_by, reason
    )
    values (
        keep_version.noun, keep_version.object, keep_version.was ->> 'version', keep_version.was,
        coalesce(
            (select max(past.ended_at)
               from catalog.past_versions as past
              where past.noun    = keep_version.noun
                and past.object  = keep_version.object
                and past.version = keep_version.was ->> 'version'),
            (keep_version.was ->> 'published_at')::timestamptz
        ),
        catalog.version_moment(keep_version.noun, keep_version.object),
        keep_version.outcome, keep_version.superseded_by, keep_version.reason
    );
end
$function$;
revoke execute on function catalog.keep_version(text, text, jsonb, text, text, text) from public;
comment on function catalog.keep_version(text, text, jsonb, text, text, text) is
    'Records what a version of a constant or price is, before it changes or is withdrawn.';
