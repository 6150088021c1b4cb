-- Publish a price, superseding the version in force: that one ends on the day this one starts.
-- Returns published, superseded (an earlier version was ended), closed (an open version was given
-- its end) or unchanged.
--
--     select catalog.publish_price(
--         'base_est', 'v2', 165.00, 'Base estimate', 'base', '2026-01-01'
--     );
--     -- superseded
--
create function catalog.publish_price(
    item_code      text,
    version        text,
    price_usd      numeric,
    description    text,
    category       catalog.price_category,
    effective_from date,
    effective_to   date default null
)
    returns text
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored     catalog.pricing_configs;
    overlapped text;
    was_open   boolean;
begin
    if publish_price.price_usd <> round(publish_price.price_usd, 2) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('price %s is not in whole cents', publish_price.price_usd),
            hint    = 'Give at most two decimals.';
    end if;

    select price.*
      into stored
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and price.version   = publish_price.version;

    if stored.item_code is not null then
        if row (stored.price_usd, stored.description, stored.category, stored.effective_from)
           is distinct from
           row (publish_price.price_usd, publish_price.description, publish_price.category,
                publish_price.effective_from)
           or stored.effective_to <> publish_price.effective_to
        then
            raise exception using
                errcode = 'ES101',
                message = format(
                    'price %s %s is published and cannot change',
                    publish_price.item_code, publish_price.version
                ),
                detail  = format(
                    'Published: %s USD from %s. Given: %s USD from %s.',
                    stored.price_usd, stored.effective_from,
                    publish_price.price_usd, publish_price.effective_from
                ),
                hint    = 'Give the new price a new version and a later effective_from.';
        end if;
        if stored.effective_to is not null or publish_price.effective_to is null then
            return 'unchanged';
        end if;
        update catalog.pricing_configs as price
           set effective_to = publish_price.effective_to
         where price.item_code = publish_price.item_code
           and price.version   = publish_price.version;
        perform ops.record_catalog_rows();
        return 'closed';
    end if;

    update catalog.pricing_configs as price
       set effective_to = publish_price.effective_from
     where price.item_code = publish_price.item_code
       and price.effective_to is null
       and price.effective_from < publish_price.effective_from;
    was_open := found;

    select price.version
      into overlapped
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and daterange(price.effective_from, price.effective_to)
           && daterange(publish_price.effective_from, publish_price.effective_to)
     limit 1;
    if overlapped is not null then
        raise exception using
            errcode = 'exclusion_violation',
            message = format(
                'price %s %s would overlap %s in time',
                publish_price.item_code, publish_price.version, overlapped
            ),
            hint    = 'Start it after every published version, or end it before the next.',
            table   = 'pricing_configs',
            constraint = 'pricing_configs_item_code_daterange_excl';
    end if;

    insert into catalog.pricing_configs (
        item_code, version, price_usd, description, category, effective_from, effective_to
    )
    values (
        publish_price.item_code, publish_price.version, publish_price.price_usd,
        publish_price.description, publish_price.category,
        publish_price.effective_from, publish_price.effective_to
    );
    perform ops.record_catalog_rows();
    return case when was_open then 'superseded' else 'published' end;
end
$function$;
revoke execute on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date
) from public;
comment on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date
) is 'Publishes a version of a price and ends the one it supersedes.';
