begin;
select plan(8);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.detach_statement'),
    '(partition text) returns text, stable, security invoker',
    'a partition is detached by a statement of its own'
);
set local role eagle_application;
select throws_ok(
    $$ select ops.detach_statement('app.project_events_y2001m02') $$,
    '42501', 'permission denied for function detach_statement',
    'the application does not detach partitions'
);
set local role eagle_operator;
select is(
    ops.detach_statement('app.project_events_y2001m02'),
    'alter table app.project_events detach partition app.project_events_y2001m02 concurrently',
    'a partition is detached beside readers and writers'
);
reset role;
create table app.project_events_rest partition of app.project_events default;
set local role eagle_operator;
select is(
    ops.detach_statement('app.project_events_y2001m02'),
    'alter table app.project_events detach partition app.project_events_y2001m02',
    'beside a default partition none is detached concurrently'
);
reset role;
drop table app.project_events_rest;
set local role eagle_operator;
select is(ops.detach_statement('app.projects'), null, 'what is no partition is not detached');
select is(ops.detach_statement('app.nothing'), null, 'what is not there is not detached');
select throws_ok(
    'alter table app.project_events detach partition app.project_events_y2001m02',
    '42501', 'must be owner of table project_events',
    'an operator who knows the statement still has to become a migrator to run it'
);

reset role;
select pg_temp.detach();
set local role eagle_operator;
select is(
    ops.detach_statement('app.project_events_y2001m02'), null,
    'what is detached already is not detached again'
);

select * from finish();
rollback;
