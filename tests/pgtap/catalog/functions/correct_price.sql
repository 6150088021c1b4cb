begin;
select plan(14);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.correct_price'),
    '(item_code text, version text, changes jsonb, reason text) returns text, volatile,'
    ' security definer',
    'a version is corrected with a reason'
);
set local role eagle_application;
select throws_ok(
    $$ select catalog.correct_price('expedited', 'v1', '{"price_usd": 1}', 'a test') $$,
    '42501', 'permission denied for function correct_price',
    'the application does not correct prices'
);
reset role;
set local role eagle_operator;
select throws_ok(
    format(
        'select catalog.correct_price(%L, %L, %L, %L)', 'expedited', 'v1', wrong.changes,
        wrong.reason
    ),
    wrong.state, wrong.message, format('prices are not corrected with %s', wrong.what)
)
  from (values
            ('{"price_usd": 1}', '', '22023', 'length of reason must be from 1 to 1000',
             'no reason'),
            ('[]', 'a test', '22023', 'changes must be a JSON object of 65536 bytes at most',
             'a list'),
            ('{"version": "v9"}', 'a test', '22023', 'version of a price is not corrected',
             'another name'),
            ('{"effective_to": "03/04/2026"}', 'a test', '22007',
             'effective_to 03/04/2026 may be one of several days', 'a day in doubt'),
            ('{"price_usd": null}', 'a test', '23502', null, 'no number'),
            ('{"price_usd": 1.005}', 'a test', '22023', 'price 1.005 is not in whole cents',
             'a part of a cent')
       ) as wrong (changes, reason, state, message, what);
select is(
    catalog.correct_price('expedited', 'v1', '{"price_usd": 100.00}', 'a test'),
    'unchanged', 'what is right already is not corrected'
);
select is(
    catalog.correct_price('expedited', 'v1', '{"price_usd": "3.50"}', 'misread'),
    'corrected', 'what is in effect is corrected'
);
select results_eq(
    $$ select price_usd from catalog.price_on('expedited', '2025-06-01') $$,
    'values (3.50)', 'it has the new value on all of its days'
);
select results_eq(
    $$ select version, outcome, reason, ended_by = session_user,
              was ->> 'price_usd'
         from catalog.past_versions $$,
    $$ values ('v1', 'corrected', 'misread', true, '100.00') $$,
    'what it was stays on record, with the reason and who did it'
);
select catalog.correct_price('expedited', 'v1', '{"effective_to": "2030-01-01"}', 'ends');
select catalog.correct_price('expedited', 'v1', '{"effective_to": null}', 'it does not');
select results_eq(
    $$ select effective_to from catalog.price_on('expedited', '2031-01-01') $$,
    'values (null::date)', 'an end is corrected, too'
);
reset role;
select is_empty(
    $$ select * from ops.find_recorded_faults() where check_name = 'catalog-rows' $$,
    'the integrity check knows what was corrected'
);

select * from finish();
rollback;
