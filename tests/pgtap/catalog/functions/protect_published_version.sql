begin;
select plan(6);
\ir ../../errors.psql
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.protect_published_version'),
    '() returns trigger, volatile, security invoker',
    'published versions are protected by a trigger'
);

set local role eagle_owner;
select results_eq(
    $$ select code, detail, hint
         from pg_temp.error_of(
                  'update catalog.calibration_constants set value = 0.2, unit = ''kip'''
                  ' where name = ''K_FACTOR'''
              ) $$,
    $$ values (
           'ES101', 'The change was unit from unitless to kip, value from 0.15 to 0.2.',
           'Publish a new version with catalog.publish_constant(), or correct this one with'
           ' catalog.correct_constant().'
       ) $$,
    'the error says what would have changed, and what to do instead'
);
select is(
    (pg_temp.error_of('delete from catalog.pricing_configs')).hint,
    'Close it by setting effective_to; it stays as a record. Before it is in effect,'
    ' catalog.withdraw_price() withdraws it.',
    'the error on removal says how a price ends'
);
select lives_ok(
    $$ update catalog.pricing_configs set price_usd = price_usd, description = description $$,
    'writing the same values again is no change'
);
update catalog.pricing_configs set effective_to = '2030-01-01' where item_code = 'base_est';
select results_eq(
    $$ select object, version, outcome, was ->> 'effective_to' from catalog.past_versions $$,
    $$ values ('base_est', 'v1', 'closed', null) $$,
    'the end that a price is given without a function is on record, too'
);
insert into catalog.past_versions (noun, object, version, was, ended_at, outcome, reason)
select 'price', item_code, version, to_jsonb(price) || '{"description": "other"}', now(),
       'corrected', 'a test'
  from catalog.pricing_configs as price
 where item_code = 'permit_pkg';
select throws_ok(
    $$ update catalog.pricing_configs set price_usd = 1 where item_code = 'permit_pkg' $$,
    'ES101', 'price permit_pkg v1 is published and cannot change',
    'a record of something else permits no change'
);

select * from finish();
rollback;
