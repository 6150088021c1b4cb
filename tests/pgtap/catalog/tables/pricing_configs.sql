begin;
select plan(22);
\ir ../../shape.psql

select results_eq(
    $$ select * from pg_temp.columns_of('catalog.pricing_configs') $$,
    $$ values
        ('item_code', 'text', 'not null', ''),
        ('version', 'text', 'not null', ''),
        ('price_usd', 'numeric(12,2)', 'not null', ''),
        ('description', 'text', 'not null', ''),
        ('category', 'catalog.price_category', 'not null', ''),
        ('effective_from', 'date', 'not null', ''),
        ('effective_to', 'date', 'null', ''),
        ('published_at', 'timestamp with time zone', 'null', 'now()'),
        ('published_by', 'text', 'null', 'SESSION_USER') $$,
    'a price has these columns, in this order'
);
select results_eq(
    $$ select * from pg_temp.constraints_of('catalog.pricing_configs') $$,
    $$ values
        ('pricing_configs_description_check', 'CHECK ((length(description) <= 1000))'),
        ('pricing_configs_effective_check', 'CHECK ((effective_to > effective_from))'),
        ('pricing_configs_item_code_check',
         'CHECK (((item_code ~ ''^[a-z][a-z0-9_]*$''::text) AND (length(item_code) <= 100)))'),
        ('pricing_configs_item_code_daterange_excl',
         'EXCLUDE USING gist (item_code WITH =, daterange(effective_from, effective_to) WITH &&)'),
        ('pricing_configs_pkey', 'PRIMARY KEY (item_code, version)'),
        ('pricing_configs_price_usd_check',
         'CHECK (((price_usd >= (0)::numeric) AND (price_usd < ''NaN''::numeric)))'),
        ('pricing_configs_published_by_check', 'CHECK ((length(published_by) <= 63))'),
        ('pricing_configs_version_check',
         'CHECK (((version ~ ''^[a-z][a-z0-9_.]*$''::text) AND (length(version) <= 100)))') $$,
    'a price has these constraints'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('catalog.pricing_configs') $$,
    $$ values
        ('pricing_configs_no_truncate',
         'BEFORE TRUNCATE ON catalog.pricing_configs FOR EACH STATEMENT EXECUTE FUNCTION'
         ' catalog.protect_published_version(''price'', ''item_code'')'),
        ('pricing_configs_protect',
         'BEFORE DELETE OR UPDATE ON catalog.pricing_configs FOR EACH ROW EXECUTE'
         ' FUNCTION catalog.protect_published_version(''price'', ''item_code'')') $$,
    'a change of a price passes these triggers'
);
set local role eagle_application;
select throws_ok(
    format(verb.statement, 'catalog.pricing_configs'),
    '42501', 'permission denied for table pricing_configs',
    format('eagle_application does not %s prices', verb.name)
)
  from (values ('add', 'insert into %s default values'), ('remove', 'delete from %s'),
               ('empty', 'truncate %s')) as verb (name, statement);
reset role;

set local role eagle_operator;
select throws_ok(
    format('update catalog.pricing_configs set %I = %I', kept.name, kept.name),
    '42501', 'permission denied for table pricing_configs',
    format('the catalog owner does not edit the %s of a published price', kept.name)
)
  from unnest(
      array['item_code', 'version', 'price_usd', 'category', 'effective_from', 'effective_to']
  ) as kept (name);
select throws_ok(
    'insert into catalog.pricing_configs default values',
    '42501', 'permission denied for table pricing_configs',
    'the catalog owner publishes prices with what keeps a record alone'
);
reset role;
set local role eagle_owner;

select throws_ok(
    $$ update catalog.pricing_configs set price_usd = 1 where item_code = 'base_est' $$,
    'ES101', 'price base_est v1 is published and cannot change',
    'even the owner does not edit a published price'
);
select throws_ok(
    $$ delete from catalog.pricing_configs where item_code = 'base_est' $$,
    'ES101', 'price base_est v1 is published and cannot be removed',
    'even the owner does not remove a published price'
);
select throws_ok(
    $$ truncate catalog.pricing_configs $$,
    'ES101', 'published prices cannot be removed',
    'even the owner does not empty the prices'
);
select throws_ok(
    $$ insert into catalog.pricing_configs
       select item_code, 'v2', price_usd, description, category, '2030-01-01', null
         from catalog.pricing_configs where item_code = 'base_est' $$,
    '23P01',
    'conflicting key value violates exclusion constraint'
    ' "pricing_configs_item_code_daterange_excl"',
    'two versions of a price never hold on the same day'
);
select lives_ok(
    $$ update catalog.pricing_configs set effective_to = '2026-01-01'
        where item_code = 'base_est' $$,
    'an open version is given its end'
);
select throws_ok(
    format(
        'insert into catalog.pricing_configs values (%L, %L, %s, %L, %L, %L, %L)',
        wrong.item_code, 'v1', wrong.price, 'Test', 'base', '2025-01-01', wrong.last
    ),
    '23514', null,
    format('a price does not have %s', wrong.what)
)
  from (values
            ('Base', '1', null, 'a code in capitals'),
            ('test', '-0.01', null, 'a negative amount'),
            ('test', $$'NaN'$$, null, 'an amount that is no number'),
            ('test', '1', '2024-12-31', 'an end before its start')
       ) as wrong (item_code, price, last, what);

select * from finish();
rollback;
