begin;
select plan(4);

set local role eagle_operator;
select is(
    catalog.publish_price(
        'night_work', 'v1', 80, 'Work at night', 'addon', '2025-01-01', is_new => true
    ),
    'published', 'a price is published without a last day'
);
select is(
    catalog.publish_price(
        'night_work', 'v1', 80, 'Work at night', 'addon', '2025-01-01', '2026-01-01'
    ),
    'closed', 'it is given the day that it ends on'
);
select is_empty(
    $$ select from catalog.price_on('night_work', '2026-01-01') as p where p is not null $$,
    'from that day on there is no price'
);
reset role;
select is_empty(
    $$ select * from ops.find_recorded_faults() $$, 'the end that was published is recorded'
);

select * from finish();
rollback;
