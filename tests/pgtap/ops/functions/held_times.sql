begin;
select plan(6);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.held_times'),
    '(relation text) returns tstzmultirange, stable, security invoker',
    'the time held is that of a table'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.held_times('app.project_events') $$,
    '42501', 'permission denied for function held_times',
    'the time held is for the functions that make and check partitions'
);
reset role;
select is(ops.held_times('app.projects'), '{}', 'a table without partitions holds no time');
select is(
    ops.held_times('app.project_payloads'), '{}',
    'a table whose partitions are not of times holds no time'
);

create table app.project_events_first partition of app.project_events
    for values from (minvalue) to ('1999-02-01 00:00+00');
create table app.project_events_next partition of app.project_events
    for values from ('1999-02-01 00:00+00') to ('1999-03-01 00:00+00');
create table app.project_events_rest partition of app.project_events default;
select is(
    ops.held_times('app.project_events')
    * tstzmultirange(tstzrange('-infinity', '2001-01-01 00:00+00')),
    tstzmultirange(tstzrange('-infinity', '1999-03-01 00:00+00')),
    'partitions side by side are one stretch, and what has no partition of its own is not held'
);
alter table app.project_events detach partition app.project_events_next;
select is(
    ops.held_times('app.project_events') @> '1999-02-14 00:00+00'::timestamptz, false,
    'a detached partition holds no time'
);

select * from finish();
rollback;
