begin;
select plan(16);
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.withdraw_constant'),
    '(name text, version text, reason text) returns text, volatile, security definer',
    'a version is withdrawn with a reason'
);
set local role eagle_application;
select throws_ok(
    $$ select catalog.withdraw_constant('K_FACTOR', 'footing_v1', 'a test') $$,
    '42501', 'permission denied for function withdraw_constant',
    'the application does not withdraw constants'
);
reset role;
set local role eagle_operator;
select throws_ok(
    $$ select catalog.withdraw_constant('K_FACTOR', 'footing_v1', 'a test') $$,
    'ES108', 'constant K_FACTOR footing_v1 is in effect since 2025-01-01',
    'what is in effect is not withdrawn'
);
select catalog.publish_constant(
    'K_FACTOR', 'footing_v2', 0.2, 'unitless', 'Factor', 'A test', current_date
);
select throws_ok(
    $$ select catalog.withdraw_constant('K_FACTOR', 'footing_v2', 'a test') $$,
    'ES108', null, 'nor is what came into effect today'
);
select catalog.publish_constant(
    'K_FACTOR', 'footing_v3', 1650.00, 'unitless', 'Factor', 'A test', current_date + 40
);
select throws_ok(
    format('select catalog.withdraw_constant(''K_FACTOR'', ''footing_v3'', %L)', reason),
    '22023', 'length of reason must be from 1 to 1000', 'nothing is withdrawn without a reason'
)
  from unnest(array[' ', null]) as reason;
select throws_ok(
    $$ select catalog.withdraw_constant('K_FACTOR', 'footing_v3', repeat('x', 1001)) $$,
    '22023', 'length of reason must be from 1 to 1000', 'nor with a long one'
);
select throws_ok(
    $$ select catalog.withdraw_constant('K_FACTOR', 'footing_v39', 'a test') $$,
    'ES107', 'constant K_FACTOR footing_v39 is not published',
    'what was not published is not withdrawn'
);
select is(
    catalog.withdraw_constant('K_FACTOR', 'footing_v3', 'a typo'),
    'reopened', 'what is not in effect yet is withdrawn'
);
select results_eq(
    $$ select version, effective_to from catalog.calibration_constants
        where name = 'K_FACTOR' order by effective_from $$,
    $$ values ('footing_v1', current_date), ('footing_v2', null) $$,
    'the version that it had superseded has no end again'
);
select results_eq(
    $$ select version, outcome, reason, ended_by = session_user,
              was ->> 'value'
         from catalog.past_versions
        where object = 'K_FACTOR' and outcome in ('withdrawn', 'reopened') order by version $$,
    $$ values ('footing_v2', 'reopened', 'a typo', true, '0.2'),
              ('footing_v3', 'withdrawn', 'a typo', true, '1650.00') $$,
    'both stay on record, with the reason and who did it'
);
select throws_ok(
    $$ select catalog.publish_constant(
    'K_FACTOR', 'footing_v3', 165.00, 'unitless', 'Factor', 'A test', current_date + 40
) $$,
    'ES109', 'constant K_FACTOR footing_v3 was withdrawn by ' || session_user,
    'a version that was withdrawn is not published again'
);
select is(
    catalog.publish_constant(
    'K_FACTOR', 'footing_v3a', 165.00, 'unitless', 'Factor', 'A test', current_date + 40
),
    'superseded', 'another one takes its place, on the same day'
);
select is(
    catalog.publish_constant(
    'K_FACTOR', 'footing_v3b', 170.00, 'unitless', 'Factor', 'A test', current_date + 80
),
    'superseded', 'and is superseded itself'
);
select catalog.withdraw_constant('K_FACTOR', 'footing_v3a', 'x');
select results_eq(
    $$ select version, effective_to from catalog.calibration_constants
        where name = 'K_FACTOR' order by effective_from $$,
    $$ values ('footing_v1', current_date), ('footing_v2', current_date + 80),
              ('footing_v3b', null) $$,
    'what is withdrawn between two versions leaves no gap'
);
reset role;
select is_empty(
    $$ select * from ops.find_recorded_faults() where check_name = 'catalog-rows' $$,
    'the integrity check knows what was withdrawn'
);

select * from finish();
rollback;
