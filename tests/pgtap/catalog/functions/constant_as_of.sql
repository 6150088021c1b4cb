begin;
select plan(8);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.constant_as_of'),
    '(name text, on_date date, believed_at timestamp with time zone) returns SETOF'
    ' catalog.calibration_constants, stable, security invoker',
    'a constant is asked for by name, for a day, as of a moment'
);

-- What was published earlier, as if other transactions had done it.
set local role eagle_operator;
select catalog.publish_constant(
    'K_FACTOR', 'footing_v2', 0.2, 'unitless', 'Factor', 'A test', current_date + 40
);
reset role;
set local session_replication_role = replica;
update catalog.calibration_constants set published_at = now() - interval '3 days'
 where name = 'K_FACTOR' and version = 'footing_v1';
update catalog.calibration_constants set published_at = now() - interval '2 days'
 where name = 'K_FACTOR' and version = 'footing_v2';
update catalog.calibration_constants set published_at = now() - interval '3 days'
 where name = 'STEEL_MODULUS';
update catalog.past_versions
   set began_at = now() - interval '3 days', ended_at = now() - interval '2 days';
set local session_replication_role = origin;
set local role eagle_operator;
select catalog.correct_constant('K_FACTOR', 'footing_v1', '{"value": 3.50}', 'misread');
select catalog.withdraw_constant('K_FACTOR', 'footing_v2', 'a typo');

set local role eagle_application;
select results_eq(
    $$ select ago, day - current_date, version, value, effective_to - current_date
         from unnest(array[4, 3, 2, 0]) as ago
        cross join unnest(array[current_date, current_date + 50]) as day
        cross join catalog.constant_as_of('K_FACTOR', day, now() - make_interval(days => ago))
        order by ago desc, day $$,
    $$ values (3, 0, 'footing_v1', 0.15, null::integer), (3, 50, 'footing_v1', 0.15, null),
              (2, 0, 'footing_v1', 0.15, 40), (2, 50, 'footing_v2', 0.2, null),
              (0, 0, 'footing_v1', 3.50, null), (0, 50, 'footing_v1', 3.50, null) $$,
    'each moment has what was published then'
);
select results_eq(
    $$ select version from catalog.constant_as_of('K_FACTOR', null, now() - interval '1 day') $$,
    $$ values ('footing_v1'), ('footing_v2') $$,
    'without a day, it is all versions of that moment'
);
select is_empty(
    $$ select from catalog.constant_as_of('K_FACTOR', '2024-12-31', now()) $$,
    'before the first version there is no constant'
);
select is_empty(
    $$ select from catalog.constant_as_of('nothing', current_date, now()) $$,
    'what was never published is nothing at any moment'
);
select is_empty(
    $$ select from catalog.constant_as_of(
           'STEEL_MODULUS', '2025-06-01', now() - interval '10 years'
       ) $$,
    'nor is what was not published yet'
);
select isnt_empty(
    $$ select from catalog.constant_as_of(
           'STEEL_MODULUS', '2025-06-01', now() - interval '1 day'
       ) $$,
    'what became of another one since then does not matter'
);
select results_eq(
    $$ select *
         from catalog.constant_as_of('STEEL_MODULUS', '2025-06-01', now()) $$,
    $$ select * from catalog.constant_on('STEEL_MODULUS', '2025-06-01') $$,
    'now it is what holds on the day'
);

select * from finish();
rollback;
