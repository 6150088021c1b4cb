-- Publish a price, superseding the version in force: that one ends on the day this one starts.
-- Returns published, superseded (an earlier version was ended), closed (an open version was given
-- its end) or unchanged. What is likely to be a mistake is asked for by name: a first version with
-- is_new, another category than that of the version before with changes_category.
--
--     select catalog.publish_price(
--         'base_est', 'v2', 165.00, 'Base estimate', 'base', '2026-01-01'
--     );
--     -- superseded
--
create function catalog.publish_price(
    item_code        text,
    version          text,
    price_usd        numeric,
    description      text,
    category         catalog.price_category,
    effective_from   date,
    effective_to     date default null,
    is_new           boolean default false,
    changes_category boolean default false
)
    returns text
    language plpgsql
    volatile
    security definer
    set search_path = pg_catalog, pg_temp
as $function$
declare
    stored    catalog.pricing_configs;
    previous  catalog.pricing_configs;
    withdrawn catalog.past_versions;
    moment    timestamptz;
    conflict  catalog.pricing_configs;
    was_open  boolean;
begin
    if publish_price.price_usd <> round(publish_price.price_usd, 2) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('price %s is not in whole cents', publish_price.price_usd),
            hint    = 'Give at most two decimals.';
    end if;

    moment := catalog.version_moment('price', publish_price.item_code);
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
                hint    = 'Give the new price a new version and a later effective_from, or correct'
                          ' this one with catalog.correct_price().';
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

    select past.*
      into withdrawn
      from catalog.past_versions as past
     where past.noun    = 'price'
       and past.object  = publish_price.item_code
       and past.version = publish_price.version
       and past.outcome = 'withdrawn';
    if withdrawn.past_id is not null then
        raise exception using
            errcode = 'ES109',
            message = format(
                'price %s %s was withdrawn by %s',
                publish_price.item_code, publish_price.version, withdrawn.ended_by
            ),
            detail  = format('At %s: %s.', withdrawn.ended_at, rtrim(withdrawn.reason, '.')),
            hint    = 'Give it a new version.';
    end if;

    select price.*
      into previous
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
     order by price.effective_from desc
     limit 1;
    if previous.item_code is null and publish_price.is_new is not true then
        raise exception using
            errcode = 'ES110',
            message = format('no price %s is published', publish_price.item_code),
            detail  = (
                select format('Known: %s.', string_agg(distinct price.item_code, ', '))
                  from catalog.pricing_configs as price
            ),
            hint    = 'If it is new and not misspelt, say so: is_new => true.';
    elsif previous.category <> publish_price.category
          and publish_price.changes_category is not true
    then
        raise exception using
            errcode = 'ES110',
            message = format(
                'price %s is of the category %s, not %s',
                publish_price.item_code, previous.category, publish_price.category
            ),
            detail  = format(
                'Version %s has %s from %s.', previous.version, previous.category,
                previous.effective_from
            ),
            hint    = 'If the category is to change, say so: changes_category => true.';
    end if;

    select price.*
      into previous
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and price.effective_to is null
       and price.effective_from < publish_price.effective_from;
    was_open := found;
    if was_open then
        perform catalog.keep_version(
            'price', publish_price.item_code, to_jsonb(previous), 'superseded',
            superseded_by => publish_price.version
        );
        update catalog.pricing_configs as price
           set effective_to = publish_price.effective_from
         where price.item_code = previous.item_code
           and price.version = previous.version;
    end if;

    select price.*
      into conflict
      from catalog.pricing_configs as price
     where price.item_code = publish_price.item_code
       and daterange(price.effective_from, price.effective_to)
           && daterange(publish_price.effective_from, publish_price.effective_to)
     order by price.effective_from
     limit 1;
    if conflict.item_code is not null then
        raise exception using
            errcode = 'exclusion_violation',
            message = format(
                'price %s %s would overlap %s in time',
                publish_price.item_code, publish_price.version, conflict.version
            ),
            hint    = case
                when conflict.effective_from > current_date
                then format(
                    'Withdraw %s with catalog.withdraw_price(), or start it after every'
                    ' published version.', conflict.version
                )
                else 'Start it after every published version, or end it before the next.'
            end,
            table   = 'pricing_configs',
            constraint = 'pricing_configs_item_code_daterange_excl';
    end if;

    insert into catalog.pricing_configs (
        item_code, version, price_usd, description, category, effective_from, effective_to,
        published_at
    )
    values (
        publish_price.item_code, publish_price.version, publish_price.price_usd,
        publish_price.description, publish_price.category,
        publish_price.effective_from, publish_price.effective_to, moment
    );
    perform ops.record_catalog_rows();
    return case when was_open then 'superseded' else 'published' end;
end
$function$;
revoke execute on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date, boolean, boolean
) from public;
comment on function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date, boolean, boolean
) is 'Publishes a version of a price and ends the one it supersedes.';
