begin;
select plan(8);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.price_as_of'),
    '(item_code text, on_date date, believed_at timestamp with time zone) returns SETOF'
    ' catalog.pricing_configs, stable, security invoker',
    'a price is asked for by name, for a day, as of a moment'
);

-- What was published earlier, as if other transactions had done it.
set local role eagle_operator;
select catalog.publish_price(
    'expedited', 'v2', 165, 'Expedited', 'addon', current_date + 40
);
reset role;
set local session_replication_role = replica;
update catalog.pricing_configs set published_at = now() - interval '3 days'
 where item_code = 'expedited' and version = 'v1';
update catalog.pricing_configs set published_at = now() - interval '2 days'
 where item_code = 'expedited' and version = 'v2';
update catalog.pricing_configs set published_at = now() - interval '3 days'
 where item_code = 'permit_pkg';
update catalog.past_versions
   set began_at = now() - interval '3 days', ended_at = now() - interval '2 days';
set local session_replication_role = origin;
set local role eagle_operator;
select catalog.correct_price('expedited', 'v1', '{"price_usd": 3.50}', 'misread');
select catalog.withdraw_price('expedited', 'v2', 'a typo');

set local role eagle_application;
select results_eq(
    $$ select ago, day - current_date, version, price_usd, effective_to - current_date
         from unnest(array[4, 3, 2, 0]) as ago
        cross join unnest(array[current_date, current_date + 50]) as day
        cross join catalog.price_as_of('expedited', day, now() - make_interval(days => ago))
        order by ago desc, day $$,
    $$ values (3, 0, 'v1', 100.00, null::integer), (3, 50, 'v1', 100.00, null),
              (2, 0, 'v1', 100.00, 40), (2, 50, 'v2', 165.00, null),
              (0, 0, 'v1', 3.50, null), (0, 50, 'v1', 3.50, null) $$,
    'each moment has what was published then'
);
select results_eq(
    $$ select version from catalog.price_as_of('expedited', null, now() - interval '1 day') $$,
    $$ values ('v1'), ('v2') $$,
    'without a day, it is all versions of that moment'
);
select is_empty(
    $$ select from catalog.price_as_of('expedited', '2024-12-31', now()) $$,
    'before the first version there is no price'
);
select is_empty(
    $$ select from catalog.price_as_of('nothing', current_date, now()) $$,
    'what was never published is nothing at any moment'
);
select is_empty(
    $$ select from catalog.price_as_of(
           'permit_pkg', '2025-06-01', now() - interval '10 years'
       ) $$,
    'nor is what was not published yet'
);
select isnt_empty(
    $$ select from catalog.price_as_of('permit_pkg', '2025-06-01', now() - interval '1 day') $$,
    'what became of another one since then does not matter'
);
select results_eq(
    $$ select *
         from catalog.price_as_of('permit_pkg', '2025-06-01', now()) $$,
    $$ select * from catalog.price_on('permit_pkg', '2025-06-01') $$,
    'now it is what holds on the day'
);

select * from finish();
rollback;
