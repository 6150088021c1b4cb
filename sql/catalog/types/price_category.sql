create type catalog.price_category as enum (
    'base',
    'addon',
    'permit'
);
comment on type catalog.price_category is 'What kind of charge a price is.';
