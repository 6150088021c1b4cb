create table catalog.pricing_configs (
    item_code       text                    not null,
    version         text                    not null,
    price_usd       numeric(12, 2)          not null,
    description     text                    not null,
    category        catalog.price_category  not null,
    effective_from  date                    not null,
    effective_to    date                    null,
    constraint pricing_configs_pkey primary key (item_code, version),
    constraint pricing_configs_item_code_check
        check (item_code ~ '^[a-z][a-z0-9_]*$' and length(item_code) <= 100),
    constraint pricing_configs_version_check
        check (version ~ '^[a-z][a-z0-9_.]*$' and length(version) <= 100),
    constraint pricing_configs_price_usd_check
        check (price_usd >= 0 and price_usd < 'NaN'::numeric),
    constraint pricing_configs_effective_check check (effective_to > effective_from),
    constraint pricing_configs_item_code_daterange_excl
        exclude using gist (item_code with =, daterange(effective_from, effective_to) with &&),
    constraint pricing_configs_description_check check (length(description) <= 1000),
    published_at    timestamptz  null  default now(),
    published_by    text         null  default session_user,
    constraint pricing_configs_published_by_check check (length(published_by) <= 63)
);
select ops.place('catalog.pricing_configs', 'reference');

create trigger pricing_configs_protect
    before update or delete on catalog.pricing_configs
    for each row
    execute function catalog.protect_published_version('price', 'item_code');
create trigger pricing_configs_no_truncate
    before truncate on catalog.pricing_configs
    for each statement
    execute function catalog.protect_published_version('price', 'item_code');

comment on table catalog.pricing_configs is
    'Prices of what is sold, in versions that never overlap in time.';
comment on column catalog.pricing_configs.item_code is 'What is sold, such as base_est.';
comment on column catalog.pricing_configs.version is 'Version of the price, such as v1.';
comment on column catalog.pricing_configs.price_usd is 'Price in US dollars, exact to the cent.';
comment on column catalog.pricing_configs.description is 'What the buyer gets.';
comment on column catalog.pricing_configs.category is 'What kind of charge it is.';
comment on column catalog.pricing_configs.effective_from is 'First day on which the price holds.';
comment on column catalog.pricing_configs.effective_to is
    'First day on which it no longer holds; null while no end is known.';
comment on column catalog.pricing_configs.published_at is
    'When the version was published; null if before that was recorded.';
comment on column catalog.pricing_configs.published_by is
    'The role that was logged in and published it; null if before that was recorded.';
