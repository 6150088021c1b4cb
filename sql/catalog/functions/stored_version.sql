-- A published version of a constant or price as JSON, which no other transaction changes until this
-- one ends; refuses one that is not published.
--
--     select catalog.stored_version(
--                'price', 'catalog.pricing_configs', 'item_code', 'base_est', 'v1'
--            ) ->> 'price_usd';
--     -- 150.00
--
create function catalog.stored_version(
    noun     text,
    relation text,
    key      text,
    object   text,
    version  text
)
    returns jsonb
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored jsonb;
begin
    perform catalog.version_moment(stored_version.noun, stored_version.object);
    execute format(
        'select to_jsonb(row) from %s as row where row.%I = $1 and row.version = $2',
        stored_version.relation, stored_version.key
    ) into stored using stored_version.object, stored_version.version;
    if stored is null then
        raise exception using
            errcode = 'ES107',
            message = format(
                '%s %s %s is not published',
                stored_version.noun, stored_version.object, stored_version.version
            ),
            hint    = format('List what is with: tooling catalog %s --all', stored_version.noun);
    end if;
    return stored;
end
$function$;
revoke execute on function catalog.stored_version(text, text, text, text, text) from public;
comment on function catalog.stored_version(text, text, text, text, text) is
    'A published version as JSON, locked; refuses one that is not published.';
