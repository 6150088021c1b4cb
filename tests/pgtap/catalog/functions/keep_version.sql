begin;
select plan(4);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.keep_version'),
    '(noun text, object text, was jsonb, outcome text, reason text DEFAULT NULL::text,'
    ' superseded_by text DEFAULT NULL::text) returns void, volatile, security invoker',
    'a version is kept as JSON'
);
set local role eagle_operator;
select throws_ok(
    $$ select catalog.keep_version('price', 'base_est', '{}', 'closed') $$,
    '42501', 'permission denied for function keep_version',
    'who publishes cannot add to the record'
);
reset role;
select catalog.keep_version('price', 'base_est', to_jsonb(price), 'corrected', 'a test')
  from catalog.pricing_configs as price
 where item_code = 'base_est';
select results_eq(
    $$ select past.noun, past.object, past.version, past.was, past.began_at, past.ended_at,
              past.reason, past.ended_by = session_user
         from catalog.past_versions as past $$,
    $$ select 'price', 'base_est', 'v1', to_jsonb(price), price.published_at, now(),
              'a test', true
         from catalog.pricing_configs as price where item_code = 'base_est' $$,
    'it was so from its publication until now'
);
select catalog.keep_version('price', 'base_est', to_jsonb(price), 'corrected', 'again')
  from catalog.pricing_configs as price
 where item_code = 'base_est';
select results_eq(
    $$ select began_at, ended_at from catalog.past_versions where reason = 'again' $$,
    $$ values (now(), now()) $$,
    'what it was next was so from then on'
);

select * from finish();
rollback;
