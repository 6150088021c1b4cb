-- The version of a price that holds on a date, as it was published at a moment: what was withdrawn
-- or corrected later is there as it was. Without a date, all versions.
--
--     select version, price_usd from catalog.price_as_of('permit_pkg', '2025-06-01', now());
--     -- v1 | 250.00
--
create function catalog.price_as_of(
    item_code   text,
    on_date     date,
    believed_at timestamptz
)
    returns setof catalog.pricing_configs
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select (stated.version).*
      from (
            select price as version
              from catalog.pricing_configs as price
             where price.item_code = price_as_of.item_code
               and coalesce(
                       (select max(past.ended_at)
                          from catalog.past_versions as past
                         where past.noun    = 'price'
                           and past.object  = price.item_code
                           and past.version = price.version),
                       price.published_at,
                       '-infinity'
                   ) <= price_as_of.believed_at
            union all
            select jsonb_populate_record(null::catalog.pricing_configs, past.was)
              from catalog.past_versions as past
             where past.noun   = 'price'
               and past.object = price_as_of.item_code
               and tstzrange(past.began_at, past.ended_at) @> price_as_of.believed_at
           ) as stated
     where price_as_of.on_date is null
        or daterange((stated.version).effective_from, (stated.version).effective_to)
           @> price_as_of.on_date
     order by (stated.version).effective_from;
end;
revoke execute on function catalog.price_as_of(text, date, timestamptz) from public;
comment on function catalog.price_as_of(text, date, timestamptz) is
    'The version of a price that holds on a date, as it was published at a moment.';
