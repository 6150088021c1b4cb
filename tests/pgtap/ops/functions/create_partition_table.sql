begin;
select plan(12);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.create_partition_table'),
    '(relation text, partition text) returns void, volatile, security invoker',
    'a partition''s table is made for a table, under a name'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.create_partition_table('app.project_events', 'app.spare') $$,
    '42501', 'permission denied for function create_partition_table',
    'an operator makes partitions through the functions that attach them'
);

set local role eagle_owner;
select lives_ok(
    $$ select ops.create_partition_table('app.project_events', 'app.spare') $$,
    'the owner makes a table that can become a partition'
);
reset role;
select is_empty(
    $$ select * from pg_inherits where inhrelid = 'app.spare'::regclass $$,
    'the new table is not attached yet'
);
select results_eq(
    $$ select * from pg_temp.columns_of('app.spare') $$,
    $$ select * from pg_temp.columns_of('app.project_events') $$,
    'the new table has the columns and defaults of a partition'
);
select set_eq(
    $$ select definition from pg_temp.constraints_of('app.spare') $$,
    $$ select definition from pg_temp.constraints_of('app.project_events') $$,
    'the new table has the keys and checks of a partition'
);
select results_eq(
    $$ select name from pg_temp.triggers_of('app.spare') $$,
    array['project_events_no_truncate'],
    'the new table cannot be truncated; row triggers come when it is attached'
);
select ok(
    (select relrowsecurity from pg_class where oid = 'app.spare'::regclass),
    'the new table has row security'
);
select results_eq(
    $$ select a.attname::text collate "default"
         from pg_attribute as a
        where a.attrelid = 'app.spare'::regclass and a.attnum > 0 and a.attstattarget = 0
        order by a.attname $$,
    $$ select a.attname::text collate "default"
         from pg_attribute as a
        where a.attrelid = 'app.project_events'::regclass and a.attnum > 0 and a.attstattarget = 0
        order by a.attname $$,
    'statistics of the new table keep no more of its values than those of its model'
);
select lives_ok(
    $$ select ops.create_partition_table('app.project_payloads', 'app.spare_module') $$,
    'a partition of another table is made as well'
);
select results_eq(
    $$ select a.attstattarget::int
         from pg_index as i
         join pg_attribute as a on a.attrelid = i.indexrelid
        where i.indrelid = 'app.spare_module'::regclass and i.indkey[a.attnum - 1] = 0 $$,
    array[0],
    'statistics keep no values of the expression that an index of the new table is on'
);
select is_empty(
    $$ select * from pg_temp.grants_in('app') where object = 'spare' $$,
    'the new table is granted to nobody'
);

select * from finish();
rollback;
