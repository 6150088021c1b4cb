begin;
select plan(2);

select enum_has_labels(
    'app', 'project_module',
    array[
        'signage.single_pole.direct_burial',
        'signage.single_pole.base_plate',
        'signage.two_pole.direct_burial'
    ],
    'these modules make designs'
);

select set_eq(
    $$ select 'FOR VALUES IN (' || quote_literal(module) || ')'
         from unnest(enum_range(null::app.project_module)) as module $$,
    $$ select bounds from ops.partitions where relation = 'app.project_payloads' $$,
    'the designs of each module have a partition of their own'
);

select * from finish();
rollback;
