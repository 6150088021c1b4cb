begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_storage_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, detail text), '
    'volatile, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_storage_faults()',
    '42501', 'permission denied for function find_storage_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;
select is_empty('select * from ops.find_storage_faults()', 'nothing is wrong at first');

update pg_index set indisready = false, indislive = false
 where indexrelid in ('ops.missed_months_pkey'::regclass);
insert into ops.missed_months (relation, starts_at, misses) values ('app.a', '2001-01-01', 1);
update pg_index set indisready = true, indislive = true
 where indexrelid = 'ops.missed_months_pkey'::regclass;
select results_eq(
    'select check_name, object from ops.find_storage_faults()',
    $$ values ('indexes', 'ops.missed_months_pkey') $$,
    'an index that lacks a row is found'
);
drop extension amcheck;
select results_eq(
    'select check_name, object from ops.find_storage_faults()',
    $$ values ('unchecked', 'amcheck') $$,
    'what cannot be checked is said'
);

select * from finish();
rollback;
