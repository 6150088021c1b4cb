-- The version of a price that is valid on a date; no row if none is.
--
--     select version, price_usd, category from catalog.price_on('permit_pkg', '2025-06-01');
--     -- v1 | 250.00 | permit
--
create function catalog.price_on(
    item_code text,
    on_date   date default current_date
)
    returns setof catalog.pricing_configs
    language sql
    stable
    security invoker
    rows 1
    set search_path = pg_catalog, pg_temp
begin atomic
    select price
      from catalog.pricing_configs as price
     where price.item_code = price_on.item_code
       and daterange(price.effective_from, price.effective_to) @> price_on.on_date;
end;
revoke execute on function catalog.price_on(text, date) from public;
comment on function catalog.price_on(text, date) is
    'The version of a price that holds on a date; no row when none does.';
