begin;
select plan(3);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_object_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, '
    'detail text), stable, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_object_faults()',
    '42501', 'permission denied for function find_object_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;

update pg_index set indisvalid = false, indisready = false
 where indexrelid = 'ops.missed_months_pkey'::regclass;
select results_eq(
    $$ select check_name, object from ops.find_object_faults() $$,
    $$ values ('invalid-indexes', 'ops.missed_months_pkey') $$,
    'an index that is not used is named'
);

select * from finish();
rollback;
