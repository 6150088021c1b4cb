begin;
select plan(13);
\ir ../../shape.psql
\ir ../../two_accounts.psql

-- A month of long ago, in which Ana's project had two events more.
select ops.create_time_partitions('app.project_events', '2001-02-01');
insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
select pg_temp.ana(), pg_temp.ana_project(), 'report.generated', 'ana', '2001-02-03'
  from generate_series(1, 2);
insert into app.project_events (account_id, project_id, event_type, actor)
values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana');

set local role eagle_operator;
select throws_ok(
    $$ select ops.begin_retirement('app.projects', 'drop') $$,
    'ES202', 'app.projects is not a partition that can be retired',
    'only a partition can be retired'
);
select throws_ok(
    $$ select ops.begin_retirement(
           (select partition from ops.partitions
             where relation = 'app.project_events' and starts_at <= now() and ends_at > now()),
           'drop'
       ) $$,
    'ES203', null,
    'the present month cannot be retired'
);
select throws_ok(
    $$ select ops.finish_detachment('app.project_events_y2001m02') $$,
    'ES204', null,
    'a detachment that was not begun cannot be finished'
);
select results_eq(
    $$ select state, action, row_count
         from ops.begin_retirement('app.project_events_y2001m02', 'drop') $$,
    $$ values ('retiring', 'drop', 2::bigint) $$,
    'what leaves is counted before it leaves'
);
select is(
    ops.detach_statement('app.project_events_y2001m02'),
    'alter table app.project_events detach partition app.project_events_y2001m02 concurrently',
    'a partition is detached beside readers and writers where the server can'
);
select is_empty(
    'select * from ops.verify_event_chain()', 'chains verify while a partition is still attached'
);

reset role;
select results_eq(
    $$ select account_id, first_position, last_position from app.retired_events $$,
    $$ values (pg_temp.ana(), 3::bigint, 4::bigint) $$,
    'an unbroken stretch of a chain is one row'
);
set local role eagle_owner;
alter table app.project_events detach partition app.project_events_y2001m02;
set local role eagle_operator;
select is_empty('select * from ops.verify_event_chain()', 'chains verify when the partition has left');
select is(
    (ops.finish_detachment('app.project_events_y2001m02')).state, 'detached',
    'the operator notes that a partition has left'
);
select lives_ok(
    $$ select ops.drop_retired_partition('app.project_events_y2001m02') $$,
    'the operator drops what the policy drops'
);
select is_empty('select * from ops.verify_event_chain()', 'chains verify when the partition is gone');

reset role;
delete from ops.retired_partitions;
select isnt_empty(
    'select * from ops.verify_event_chain()', 'a partition that left without record is noticed'
);

select ops.create_time_partitions('app.project_events', '2001-03-01');
insert into ops.retired_partitions
    (partition, relation, starts_at, ends_at, action, row_count, state)
values ('app.project_events_y2001m03', 'app.project_events', '2001-03-01', '2001-04-01', 'drop', 0,
        'dropped');
select throws_ok(
    $$ select ops.begin_retirement('app.project_events_y2001m03', 'drop') $$,
    'ES204', 'a partition named app.project_events_y2001m03 was retired before',
    'the record of a partition that is gone is not overwritten by another of its name'
);

select * from finish();
rollback;
