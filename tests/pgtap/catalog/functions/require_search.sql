begin;
select plan(17);
\ir ../../shape.psql
\ir ../steel.psql

select is(
    pg_temp.head_of('catalog.require_search'),
    '(shape_types text[], limits jsonb, strength jsonb, units text, form text, edition text, grade'
    ' text) returns void, stable, security invoker',
    'a search is checked before it is made'
);
set local role eagle_operator;
select pg_temp.edition('v16.0');
reset role;
set local role eagle_application;
select lives_ok(
    $$ select catalog.require_search('{W,HSS}', '{"min-sx": 1, "max-j": 0.5}',
           '{"mx": 1, "my": 0, "fy": 1, "method": "lrfd"}', 'si', 'square', 'v16.0', null) $$,
    'a sound one passes'
);
select throws_ok(
    format(
        'select catalog.require_search(%L, %L, %L, %L, %L, %L, null)',
        wrong.types, wrong.limits, wrong.strength, wrong.units, wrong.form, 'v16.0'
    ),
    wrong.sqlstate, wrong.message, wrong.message
)
  from (values
            ('{W,X}', '{}', null, 'us', null, 'ES104', 'edition v16.0 has no shapes of type X'),
            ('{}', '{}', null, 'us', null, 'ES104', 'edition v16.0 has no shapes of type nothing'),
            (null, '{}', null, 'us', null, 'ES104', 'edition v16.0 has no shapes of type nothing'),
            ('{W}', '{}', null, 'metric', null, '22023', 'units cannot be ''metric'''),
            ('{W}', '{}', null, 'us', 'oval', '22023', 'form cannot be ''oval'''),
            ('{W}', '[]', null, 'us', null, '22023', 'limits are not an object'),
            ('{W}', '{"min-sq": 1}', null, 'us', null, '22023', 'limit min-sq cannot be 1'),
            ('{W}', '{"min-sx": -1}', null, 'us', null, '22023', 'limit min-sx cannot be -1'),
            ('{W}', '{"min-sx": "1"}', null, 'us', null, '22023', 'limit min-sx cannot be "1"'),
            ('{W}', '{}', '{"mx": 1, "my": 0, "method": "asd"}', 'us', null, '22023',
             'mx, my and fy of a strength are not numbers'),
            ('{W}', '{}', '{"mx": 1, "my": 0, "fy": 50}', 'us', null, '22023',
             'method cannot be NULL'),
            ('{W}', '{}', '{"mx": -1, "my": 0, "fy": 50, "method": "asd"}', 'us', null, '22023',
             'fy must be above 0, and mx and my not below')
       ) as wrong (types, limits, strength, units, form, sqlstate, message);
select throws_ok(
    $$ select catalog.require_search(array_fill('W'::text, array[101]), '{}', null, 'us', null,
                                     'v16.0', null) $$,
    '22023', 'number of shape_types must be from 0 to 100', 'there are at most 100 types'
);
select throws_ok(
    $$ select catalog.require_search('{}', null, null, 'us', null, null, null) $$,
    'ES104', 'edition  has no shapes of type nothing', 'nothing at all is not too short'
);
select throws_ok(
    $$ select catalog.require_search('{}', null, null, 'us', null, repeat('x', 4001), null) $$,
    '22023',
    'length of shape_types, limits, strength, edition and grade must be from 0 to 4000',
    'all together is at most 4,000 characters'
);

select * from finish();
rollback;
