begin;
select plan(16);
\ir ../../shape.psql
\ir ../../old_month.psql

select is(
    pg_temp.head_of('ops.attach_retired_partition'),
    '(partition text) returns ops.retired_partitions, volatile, security definer',
    'a retired partition is attached by its name'
);
create function pg_temp.attach() returns text
begin atomic
    select (ops.attach_retired_partition('app.project_events_y2001m02')).state;
end;

set local role eagle_auditor;
select throws_ok(
    'select pg_temp.attach()', '42501', 'permission denied for function attach_retired_partition',
    'an auditor attaches nothing'
);
set local role eagle_operator;
select throws_ok(
    'select pg_temp.attach()',
    'ES204', 'app.project_events_y2001m02 is not a retired partition with its rows at hand',
    'what was not retired is not attached'
);
select throws_ok(
    $$ select ops.attach_retired_partition('app.projects') $$,
    'ES204', 'app.projects is not a retired partition with its rows at hand',
    'a table that never was a partition is not attached'
);
select lives_ok(
    $$ select ops.begin_retirement('app.project_events_y2001m02', 'detach') $$,
    'a retirement is begun'
);
reset role;
select pg_temp.detach();
set local role eagle_operator;
select lives_ok(
    $$ select ops.finish_detachment('app.project_events_y2001m02') $$, 'the partition has left'
);

-- Someone has been at the events meanwhile.
reset role;
savepoint as_it_left;
set local session_replication_role = replica;
delete from app.project_events_y2001m02 where position = 4;
set local session_replication_role = origin;
set local role eagle_operator;
select results_eq(
    $$ select code, message, hint from pg_temp.error_of('select pg_temp.attach()') $$,
    $$ values (
           'ES205',
           'app.project_events_y2001m02 does not hold the events that were retired with it',
           'Restore from a copy of the archive that is not damaged.'
       ) $$,
    'a partition that lost an event is not attached'
);
reset role;
rollback to as_it_left;

set local role eagle_operator;
select is(pg_temp.attach(), 'restored', 'a partition that holds what left is attached again');
reset role;
select results_eq(
    $$ select position from app.project_events
        where account_id = pg_temp.ana() and occurred_at < '2002-01-01' order by position $$,
    array[3::bigint, 4],
    'its events are events again'
);
select is_empty('select * from app.retired_events', 'nothing of it is on record as having left');
select is_empty('select * from ops.verify_event_chain()', 'the chains verify');
select results_eq(
    $$ select starts_at, ends_at from ops.partitions
        where partition = 'app.project_events_y2001m02' $$,
    $$ values ('2001-02-01 00:00+00'::timestamptz, '2001-03-01 00:00+00'::timestamptz) $$,
    'its bounds are those it had'
);
select results_eq(
    $$ select * from pg_temp.triggers_of('app.project_events_y2001m02') order by name $$,
    $$ select name, replace(definition, 'app.project_events ', 'app.project_events_y2001m02 ')
         from pg_temp.triggers_of('app.project_events')
        order by name $$,
    'it has the triggers of its table'
);
select throws_ok(
    'update app.project_events_y2001m02 set actor = ''nobody''', 'ES003', null,
    'its events are immutable'
);
set local role eagle_operator;
select throws_ok(
    'select pg_temp.attach()', 'ES204', null, 'what is attached is not attached again'
);
select is_empty(
    $$ select * from ops.partitions_due() $$, 'what was restored is not retired again by itself'
);

select * from finish();
rollback;
