begin;
select plan(25);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.create_month_partition'),
    '(relation text, month date) returns text, volatile, security definer',
    'a partition is made for a month of a table'
);

set local role eagle_application;
select throws_ok(
    $$ select ops.create_month_partition('app.project_events', '2001-02-01') $$,
    '42501', 'permission denied for function create_month_partition',
    'the application makes no partition'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.create_month_partition('app.projects', '2001-02-01') $$,
    'ES201', 'app.projects has no partition policy',
    'no partition is made for a table without a partition policy'
);
select is(
    (pg_temp.error_of($$ select ops.create_month_partition('app.projects', '2001-02-01') $$)).hint,
    'Add its policy to ops.partition_policies first.',
    'the refusal tells what to do first'
);
select throws_ok(
    $$ select ops.create_month_partition('app.nothing', '2001-02-01') $$,
    '42P01', 'relation "app.nothing" does not exist',
    'no partition is made for a table that is not there'
);
select throws_ok(
    format('select ops.create_month_partition(%L, ''2001-02-01'')', hostile.name),
    hostile.code, null,
    format('a name is a name: %s', hostile.name)
)
  from (values
            ('app.project_events; drop table app.projects', '42602'),
            ('app."project_events''; drop table app.projects; --"', '42P01'),
            ('app.project_events (like app.projects)', '42602')
       ) as hostile (name, code);
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    '42501', 'permission denied for table project_events',
    'who makes partitions of the events writes none'
);

-- Bounds are whole months of UTC, wherever the operator sits.
set local timezone = 'Pacific/Auckland';
select is(
    ops.create_month_partition('app.project_events', '2001-02-28'),
    'app.project_events_y2001m02',
    'a partition is named for its table, year and month'
);
set local timezone = 'America/New_York';
select is(
    ops.create_month_partition(relation => 'app.project_events', month => '2001-02-01'), null,
    'a month that has its partition gets no other'
);
set local timezone = 'UTC';
select results_eq(
    $$ select starts_at, ends_at
         from ops.partitions
        where partition = 'app.project_events_y2001m02' $$,
    $$ values ('2001-02-01 00:00+00'::timestamptz, '2001-03-01 00:00+00'::timestamptz) $$,
    'a partition starts with its month and ends with it'
);
select is(
    ops.create_month_partition('app.project_events', '2000-12-31'),
    'app.project_events_y2000m12',
    'a partition can be made for December'
);

reset role;
select is(
    obj_description('app.project_events_y2001m02'::regclass, 'pg_class'),
    'Partition of app.project_events: 2001-02.',
    'a new partition says what it is'
);
select table_owner_is(
    'app', 'project_events_y2001m02', 'eagle_owner',
    'a new partition belongs to the owner of its table'
);
select ok(
    (select relrowsecurity from pg_class where oid = 'app.project_events_y2001m02'::regclass),
    'a new partition shows no row to who reaches it by its name'
);
select is_empty(
    $$ select * from pg_temp.grants_in('app') where object like 'project_events_y%' $$,
    'a new partition is granted to nobody'
);
select results_eq(
    $$ select name from pg_temp.triggers_of('app.project_events_y2001m02') order by name $$,
    $$ select name from pg_temp.triggers_of('app.project_events') order by name $$,
    'a new partition has the triggers of its table'
);
insert into app.project_events (account_id, project_id, event_type, actor, occurred_at)
values (
    pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana', '2001-02-28 23:59:59.999999+00'
);
select results_eq(
    $$ select position from app.project_events_y2001m02 $$, array[3::bigint],
    'an event of the last microsecond of the month is in the partition'
);
select throws_ok(
    command, 'ES003', null,
    format('the events of a new partition are immutable: %s', split_part(command, ' ', 1))
)
  from unnest(array[
           'update app.project_events_y2001m02 set actor = ''nobody''',
           'delete from app.project_events_y2001m02',
           'truncate app.project_events_y2001m02'
       ]) as command;
select is_empty(
    $$ select i.indexrelid::regclass
         from pg_index as i
        where i.indrelid = 'app.project_events'::regclass
          and not exists (
                  select
                    from pg_inherits as h
                    join pg_index as leaf on leaf.indexrelid = h.inhrelid
                   where h.inhparent = i.indexrelid
                     and leaf.indrelid = 'app.project_events_y2001m02'::regclass
              ) $$,
    'a new partition has the indexes of its table'
);
select results_eq(
    $$ select * from pg_temp.columns_of('app.project_events_y2001m02') $$,
    $$ select * from pg_temp.columns_of('app.project_events') $$,
    'a new partition has the columns and defaults of its table'
);

-- One partition that covers more than the month, as a conversion leaves behind.
create table app.project_events_long partition of app.project_events
    for values from ('1999-01-01 00:00+00') to ('2000-01-01 00:00+00');
set local role eagle_operator;
select is(
    ops.create_month_partition('app.project_events', '1999-06-01'), null,
    'a month within a longer partition gets no other'
);

select * from finish();
rollback;
