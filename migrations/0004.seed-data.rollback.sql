-- 0004.seed-data, undone: the publishing functions go; what they published stays.

drop function catalog.publish_price(
    text, text, numeric, text, catalog.price_category, date, date
);
drop function catalog.publish_constant(text, text, numeric, text, text, text, date, date);
