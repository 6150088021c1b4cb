begin;
select plan(3);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_row_faults'),
    '(is_thorough boolean DEFAULT true) returns TABLE(check_name text, object text, '
    'violations bigint, detail text), volatile, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_row_faults()',
    '42501', 'permission denied for function find_row_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;

alter table ops.missed_months drop constraint missed_months_misses_check;
insert into ops.missed_months (relation, starts_at, misses)
values ('app.a', '2001-01-01', 0), ('app.b', '2001-01-01', -1), ('app.c', '2001-01-01', 1);
alter table ops.missed_months
    add constraint missed_months_misses_check check (misses > 0) not valid;
select results_eq(
    $$ select check_name, object, violations from ops.find_row_faults(is_thorough => false) $$,
    $$ values ('checks', 'ops.missed_months missed_months_misses_check', 2::bigint) $$,
    'rows that break a check are counted, the check named'
);

select * from finish();
rollback;
