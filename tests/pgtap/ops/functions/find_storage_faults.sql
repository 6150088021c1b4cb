begin;
select plan(11);
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
    'select check_name, object, violations from ops.find_storage_faults()',
    $$ values ('indexes', 'ops.missed_months_pkey', 1::bigint) $$,
    'an index that lacks a row is found'
);
delete from ops.missed_months;

-- Of an index that is no B-tree the rows are counted, by one of its columns.
create table ops.planted (names text[], others text[], number integer);
create index planted_one_idx on ops.planted using gin (names);
create index planted_two_idx on ops.planted using gin (names, others);
update pg_index set indisready = false where indrelid = 'ops.planted'::regclass;
insert into ops.planted (names, others, number) values ('{a}', '{b}', 1), ('{c}', '{d}', 2);
update pg_index set indisready = true where indrelid = 'ops.planted'::regclass;
select set_eq(
    'select check_name, object, violations, detail from ops.find_storage_faults()',
    $$ values
        ('indexes', 'ops.planted_one_idx', 2::bigint, 'rows are not in the index'),
        ('indexes', 'ops.planted_two_idx', 2, 'rows are not in the index') $$,
    'how many rows an index lacks is said'
);
select is(
    (select count(*) from ops.find_storage_faults()), 2::bigint,
    'an index of several columns is asked by one of them'
);
drop index ops.planted_one_idx, ops.planted_two_idx;

-- An index whose check fails with the condition that the setting names.
create function public.fails(number integer)
    returns integer
    language plpgsql
    immutable
as $function$
begin
    if current_setting('planted.sqlstate', true) <> '' then
        raise exception using
            errcode = current_setting('planted.sqlstate'),
            message = 'planted';
    end if;
    return number;
end
$function$;
create index planted_idx on ops.planted (public.fails(number));
select throws_ok(
    format('set local planted.sqlstate = %L; select * from ops.find_storage_faults()', sqlstate),
    sqlstate, 'planted', sentence
)
  from (values
            ('40001', 'a check that has to be done again is not a fault'),
            ('53400', 'a check for which there is no room is not a fault'),
            ('55P03', 'a check that waited for too long is not a fault')
       ) as not_a_fault (sqlstate, sentence);
create function pg_temp.found(sqlstate text)
    returns table (check_name text, object text, violations bigint, detail text)
    language plpgsql
as $function$
begin
    perform set_config('planted.sqlstate', found.sqlstate, true);
    return query select * from ops.find_storage_faults();
end
$function$;
select results_eq(
    $$ select f.* from unnest(array['22012', '58030', 'XX000', 'XX002']) as s (sqlstate)
        cross join lateral pg_temp.found(s.sqlstate) as f $$,
    $$ values
        ('failed', 'ops.planted_idx', 1::bigint, 'planted (SQLSTATE 22012)'),
        ('unreadable', 'ops.planted_idx', 1, 'planted (SQLSTATE 58030)'),
        ('unreadable', 'ops.planted_idx', 1, 'planted (SQLSTATE XX000)'),
        ('indexes', 'ops.planted_idx', 1, 'planted (SQLSTATE XX002)') $$,
    'an index that is damaged is told from a file that is, and from a check that fails'
);
drop table ops.planted;
drop extension amcheck;
select results_eq(
    'select check_name, object from ops.find_storage_faults()',
    $$ values ('unchecked', 'amcheck') $$,
    'what cannot be checked is said'
);

select * from finish();
rollback;
