begin;
select plan(17);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.correct_constant'),
    '(name text, version text, changes jsonb, reason text) returns text, volatile,'
    ' security definer',
    'a version is corrected with a reason'
);
set local role eagle_application;
select throws_ok(
    $$ select catalog.correct_constant('K_FACTOR', 'footing_v1', '{"value": 1}', 'a test') $$,
    '42501', 'permission denied for function correct_constant',
    'the application does not correct constants'
);
reset role;
set local role eagle_operator;
select throws_ok(
    format(
        'select catalog.correct_constant(%L, %L, %L, %L)', 'K_FACTOR', 'footing_v1', wrong.changes,
        wrong.reason
    ),
    wrong.state, wrong.message, format('constants are not corrected with %s', wrong.what)
)
  from (values
            ('{"value": 1}', '', '22023', 'length of reason must be from 1 to 1000',
             'no reason'),
            ('{"value": 1}', null, '22023', 'length of reason must be from 1 to 1000',
             'a reason left out'),
            ('{"value": 1}', repeat('x', 1001), '22023', 'length of reason must be from 1 to 1000',
             'a long reason'),
            (format('{"description": "%s"}', repeat('x', 65537 - length('{"description": ""}'))),
             repeat('x', 1000), '22023', 'changes must be a JSON object of 65536 bytes at most',
             'a text of more than that'),
            ('[]', 'a test', '22023', 'changes must be a JSON object of 65536 bytes at most',
             'a list'),
            ('{"version": "v9"}', 'a test', '22023', 'version of a constant is not corrected',
             'another name'),
            ('{"effective_to": "03/04/2026"}', 'a test', '22007',
             'effective_to 03/04/2026 may be one of several days', 'a day in doubt'),
            ('{"value": null}', 'a test', '23502', null, 'no number'),
            ('{"unit": ""}', 'a test', '23514', null, 'no unit')
       ) as wrong (changes, reason, state, message, what);
select is(
    catalog.correct_constant('K_FACTOR', 'footing_v1', '{"value": 0.15}', 'a test'),
    'unchanged', 'what is right already is not corrected'
);
select is(
    catalog.correct_constant('K_FACTOR', 'footing_v1', '{"value": "3.50"}', 'misread'),
    'corrected', 'what is in effect is corrected'
);
select results_eq(
    $$ select value from catalog.constant_on('K_FACTOR', '2025-06-01') $$,
    'values (3.50)', 'it has the new value on all of its days'
);
select results_eq(
    $$ select version, outcome, reason, ended_by = session_user,
              was ->> 'value'
         from catalog.past_versions $$,
    $$ values ('footing_v1', 'corrected', 'misread', true, '0.15') $$,
    'what it was stays on record, with the reason and who did it'
);
select catalog.correct_constant('K_FACTOR', 'footing_v1', '{"effective_to": "2030-01-01"}', 'ends');
select catalog.correct_constant('K_FACTOR', 'footing_v1', '{"effective_to": null}', 'x');
select results_eq(
    $$ select effective_to from catalog.constant_on('K_FACTOR', '2031-01-01') $$,
    'values (null::date)', 'an end is corrected, too'
);
reset role;
select is_empty(
    $$ select * from ops.find_recorded_faults() where check_name = 'catalog-rows' $$,
    'the integrity check knows what was corrected'
);

select * from finish();
rollback;
