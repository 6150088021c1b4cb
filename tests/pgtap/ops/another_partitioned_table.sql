begin;
select plan(10);

set local role eagle_owner;
create table ops.readings (
    read_at timestamptz not null,
    value   numeric     not null
)
partition by range (read_at);
insert into ops.partition_policies (relation, months_ahead, on_retirement, months_retained)
values ('ops.readings', 1, 'detach', 1);

set local role eagle_operator;
select is(
    ops.create_time_partitions('ops.readings', '2001-02-01') is not null, true,
    'a table that holds no events is partitioned by time, too'
);
reset role;
insert into ops.readings values ('2001-02-03', 7), ('2001-02-04', 8);
select is(
    (select c.relrowsecurity from pg_class as c where c.oid = 'ops.readings_y2001m02'::regclass),
    false,
    'its partitions have row security if it has'
);

set local role eagle_operator;
select results_eq(
    $$ select state, row_count from ops.begin_retirement('ops.readings_y2001m02', 'detach') $$,
    $$ values ('retiring', 2::bigint) $$,
    'its rows are counted when a retirement begins'
);
reset role;
alter table ops.readings detach partition ops.readings_y2001m02;
set local role eagle_operator;
select results_eq(
    $$ select state, row_count from ops.begin_retirement('ops.readings_y2001m02', 'detach') $$,
    $$ values ('retiring', 2::bigint) $$,
    'what has been detached is still being retired'
);
select results_eq(
    $$ select state, row_count from ops.finish_detachment('ops.readings_y2001m02') $$,
    $$ values ('detached', 2::bigint) $$,
    'a detached partition is noted'
);
select is_empty(
    $$ select from pg_trigger where tgrelid = 'ops.readings_y2001m02'::regclass $$,
    'its rows may change, as they are no events'
);
select results_eq(
    $$ select state, row_count from ops.attach_retired_partition('ops.readings_y2001m02') $$,
    $$ values ('restored', 2::bigint) $$,
    'it is attached again'
);
reset role;
select is((select sum(value) from ops.readings), 15::numeric, 'its rows are back');
update ops.retired_partitions set state = 'dropped' where partition = 'ops.readings_y2001m02';
set local role eagle_operator;
select throws_ok(
    $$ select ops.begin_retirement('ops.readings_y2001m02', 'detach') $$,
    'ES204', 'a partition named ops.readings_y2001m02 was retired before',
    'a table that took the place of a dropped one is not retired under its name'
);
select throws_ok(
    $$ select ops.begin_retirement('ops.readings_y1999m01', 'detach') $$,
    'ES202', 'ops.readings_y1999m01 is not a partition that can be retired',
    'what is not there is not retired'
);

select * from finish();
rollback;
