begin;
select plan(3);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_capacity_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, '
    'detail text), stable, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_capacity_faults()',
    '42501', 'permission denied for function find_capacity_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;

set local role eagle_owner;
create sequence ops.ending maxvalue 100;
create sequence ops.beginning maxvalue 100;
create sequence ops.circling maxvalue 100 cycle;
select setval('ops.ending', 81), setval('ops.beginning', 80), setval('ops.circling', 99);
reset role;
select results_eq(
    $$ select object, detail from ops.find_capacity_faults() where check_name = 'sequences' $$,
    $$ values ('ops.ending', 'is at 81 of 100') $$,
    'a sequence is near its end when four fifths are used, unless it begins again'
);

select * from finish();
rollback;
