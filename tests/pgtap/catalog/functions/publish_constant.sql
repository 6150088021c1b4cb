begin;
select plan(17);
\ir ../../errors.psql
\ir ../../shape.psql

select is(
    pg_temp.head_of('catalog.publish_constant'),
    '(name text, version text, value numeric, unit text, description text, source text,'
    ' effective_from date, effective_to date DEFAULT NULL::date, is_new boolean DEFAULT false,'
    ' changes_unit boolean DEFAULT false) returns text, volatile, security definer',
    'a constant is published with unit, description and source'
);

set local role eagle_application;
select throws_ok(
    $$ select catalog.publish_constant('K', 'v1', 1, 'u', 'd', 's', '2026-01-01') $$,
    '42501', 'permission denied for function publish_constant',
    'the application does not publish constants'
);
reset role;
set local role eagle_operator;
select throws_ok(
    $$ select catalog.publish_constant(
           'SOIL', 'v1', 2000, 'psf', 'Soil', 'Survey', '2025-01-01'
       ) $$,
    'ES110', 'no constant SOIL is published', 'a name that is not known may be misspelt'
);
select is(
    catalog.publish_constant(
        'SOIL', 'v1', 2000, 'psf', 'Soil', 'Survey', '2025-01-01', is_new => true
    ),
    'published', 'a first version is published'
);
select throws_ok(
    $$ select catalog.publish_constant('SOIL', 'v2', 96, 'kPa', 'Soil', 'Survey', '2026-01-01') $$,
    'ES110', 'constant SOIL is of the unit psf, not kPa', 'another unit may be a mistake'
);
savepoint other_unit;
select is(
    catalog.publish_constant(
        'SOIL', 'v2', 96, 'kPa', 'Soil', 'Survey', '2026-01-01', changes_unit => true
    ),
    'superseded', 'it is published if that is said'
);
rollback to savepoint other_unit;
select is(
    catalog.publish_constant('SOIL', 'v1', 2000, 'psf', 'Soil', 'Survey', '2025-01-01'),
    'unchanged', 'publishing the same again changes nothing'
);
select throws_ok(
    $$ select catalog.publish_constant(
           'SOIL', 'v1', 2500, 'psf', 'Soil', 'Survey', '2025-01-01'
       ) $$,
    'ES101', 'constant SOIL v1 is published and cannot change',
    'a published version does not get another value'
);
select throws_ok(
    $$ select catalog.publish_constant(
           'SOIL', 'v1', 2000, 'psf', 'Earth', 'Survey', '2025-01-01'
       ) $$,
    'ES101', 'constant SOIL v1 is published and cannot change',
    'a published version does not get another description'
);
select is(
    catalog.publish_constant('SOIL', 'v2', 2500, 'psf', 'Soil', 'Survey', '2026-01-01'),
    'superseded', 'a later version supersedes the one in force'
);
select results_eq(
    $$ select version, effective_from, effective_to from catalog.calibration_constants
        where name = 'SOIL' order by effective_from $$,
    $$ values ('v1', '2025-01-01'::date, '2026-01-01'::date), ('v2', '2026-01-01', null) $$,
    'the superseded version ends on the day that the new one starts'
);
select is(
    catalog.publish_constant('SOIL', 'v1', 2000, 'psf', 'Soil', 'Survey', '2025-01-01'),
    'unchanged', 'a superseded version is still the same'
);
select throws_ok(
    $$ select catalog.publish_constant('SOIL', 'v3', 1, 'psf', 'Soil', 'Survey', '2025-06-01') $$,
    '23P01', 'constant SOIL v3 would overlap v1 in time',
    'history is not rewritten'
);
select is(
    (pg_temp.error_of(
        $$ select catalog.publish_constant(
               'SOIL', 'v3', 1, 'psf', 'Soil', 'Survey', '2025-06-01'
           ) $$
    )).hint,
    'Start it after every published version, or end it before the next.',
    'a version in effect is not to be withdrawn'
);
savepoint later;
select catalog.publish_constant('SOIL', 'v9', 3000, 'psf', 'Soil', 'Survey', current_date + 40);
select is(
    (pg_temp.error_of(
        $$ select catalog.publish_constant(
               'SOIL', 'v10', 1, 'psf', 'Soil', 'Survey', current_date + 40
           ) $$
    )).hint,
    'Withdraw v9 with catalog.withdraw_constant(), or start it after every published version.',
    'who publishes again for the same day is told to withdraw the first'
);
rollback to savepoint later;
select is(
    catalog.publish_constant(
        'SOIL', 'v2', 2500, 'psf', 'Soil', 'Survey', '2026-01-01', '2027-01-01'
    ),
    'closed', 'an open version is given its end'
);
select is_empty(
    $$ select * from catalog.constant_on('SOIL', '2027-01-01') $$,
    'after its end a closed version does not hold'
);

select * from finish();
rollback;
