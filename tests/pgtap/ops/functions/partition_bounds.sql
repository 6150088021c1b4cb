begin;
select plan(5);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.partition_bounds'),
    '(partition regclass) returns text, stable, security invoker',
    'bounds are those of a partition'
);
create table app.project_events_first partition of app.project_events
    for values from (minvalue) to ('2000-01-01 00:00+00');

set local role eagle_application;
select throws_ok(
    $$ select ops.partition_bounds('app.project_events') $$,
    '42501', 'permission denied for function partition_bounds',
    'the application does not ask how tables are partitioned'
);
set local role eagle_operator;
set local timezone = 'Asia/Kolkata';
set local datestyle = 'SQL, DMY';
select is(
    ops.partition_bounds('app.project_events_first'),
    'FOR VALUES FROM (MINVALUE) TO (''2000-01-01 00:00:00+00'')',
    'bounds are spelled the same in every time zone and date style'
);
select is(ops.partition_bounds('app.projects'), null, 'a table that is no partition has no bounds');
select is(
    current_setting('timezone') || ', ' || current_setting('datestyle'), 'Asia/Kolkata, SQL, DMY',
    'the session keeps its own time zone and date style'
);

select * from finish();
rollback;
