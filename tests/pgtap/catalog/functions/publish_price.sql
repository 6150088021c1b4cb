begin;
select plan(14);
\ir ../../errors.psql
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.publish_price'),
    '(item_code text, version text, price_usd numeric, description text, category'
    ' catalog.price_category, effective_from date, effective_to date DEFAULT NULL::date,'
    ' is_new boolean DEFAULT false, changes_category boolean DEFAULT false)'
    ' returns text, volatile, security definer',
    'a price is published with its category'
);

set local role eagle_application;
select throws_ok(
    $$ select catalog.publish_price('test', 'v1', 1, 'Test', 'base', '2026-01-01') $$,
    '42501', 'permission denied for function publish_price',
    'the application does not publish prices'
);
reset role;
set local role eagle_operator;
select throws_ok(
    $$ select catalog.publish_price('test', 'v1', 1.005, 'Test', 'base', '2026-01-01') $$,
    '22023', 'price 1.005 is not in whole cents',
    'a price is not rounded in silence'
);
select throws_ok(
    $$ select catalog.publish_price('base_est', 'v1', 1, 'Base estimate', 'base', '2025-01-01') $$,
    'ES101', 'price base_est v1 is published and cannot change',
    'a published price does not change'
);
select is(
    catalog.publish_price('base_est', 'v1', 150.00, 'Base estimate', 'base', '2025-01-01'),
    'unchanged', 'publishing the same again changes nothing'
);
select is(
    catalog.publish_price('base_est', 'v2', 165, 'Base estimate', 'base', '2026-01-01'),
    'superseded', 'a later price supersedes the one in force'
);
select throws_ok(
    $$ select catalog.publish_price('base_est', 'v3', 1, 'Base estimate', 'base', '2024-01-01') $$,
    '23P01', 'price base_est v3 would overlap v1 in time',
    'history is not rewritten'
);
select throws_ok(
    $$ select catalog.publish_price('rush', 'v1', 10, 'Rush', 'addon', '2025-01-01') $$,
    'ES110', 'no price rush is published', 'an item that is not known may be misspelt'
);
select is(
    catalog.publish_price(
        'rush', 'v1', 10, 'Rush', 'addon', '2025-01-01', '2025-02-01', is_new => true
    ),
    'published', 'a price may be published for a while'
);
select is(
    catalog.publish_price('rush', 'v2', 20, 'Rush', 'addon', '2025-03-01'),
    'published', 'and again after a time without one'
);
select throws_ok(
    $$ select catalog.publish_price('rush', 'v3', 20, 'Rush', 'permit', current_date + 40) $$,
    'ES110', 'price rush is of the category addon, not permit',
    'another category may be a mistake'
);
select is(
    catalog.publish_price(
        'rush', 'v3', 20, 'Rush', 'permit', current_date + 40, changes_category => true
    ),
    'superseded', 'it is published if that is said'
);
select results_eq(
    $$ select object, version, outcome, superseded_by, was ->> 'effective_to',
              ended_by = session_user
         from catalog.past_versions where object = 'rush' $$,
    $$ values ('rush', 'v2', 'superseded', 'v3', null, true) $$,
    'that the version before had no end stays on record'
);
select is(
    (pg_temp.error_of(
        $$ select catalog.publish_price('rush', 'v4', 1, 'Rush', 'permit', current_date + 40) $$
    )).hint,
    'Withdraw v3 with catalog.withdraw_price(), or start it after every published version.',
    'who publishes again for the same day is told to withdraw the first'
);

select * from finish();
rollback;
