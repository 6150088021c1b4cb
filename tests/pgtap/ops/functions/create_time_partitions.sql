begin;
select plan(42);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.create_time_partitions'),
    '(relation text, day date) returns SETOF text, volatile, security definer',
    'partitions are made for the period of a table that holds a day'
);

set local role eagle_application;
select throws_ok(
    $$ select ops.create_time_partitions('app.project_events', '2001-02-01') $$,
    '42501', 'permission denied for function create_time_partitions',
    'the application makes no partition'
);
set local role eagle_operator;
select throws_ok(
    $$ select ops.create_time_partitions('app.projects', '2001-02-01') $$,
    'ES201', 'app.projects has no partition policy',
    'no partition is made for a table without a partition policy'
);
select is(
    (pg_temp.error_of($$ select ops.create_time_partitions('app.projects', '2001-02-01') $$)).hint,
    'Add its policy to ops.partition_policies first.',
    'the refusal tells what to do first'
);
select throws_ok(
    $$ select ops.create_time_partitions('app.nothing', '2001-02-01') $$,
    'ES201', 'app.nothing has no partition policy',
    'no partition is made for a table that is not there'
);
select throws_ok(
    format('select ops.create_time_partitions(%L, ''2001-02-01'')', hostile.name),
    'ES201', null,
    format('a name is a name: %s', hostile.name)
)
  from (values
            ('app.project_events; drop table app.projects'),
            ('app."project_events''; drop table app.projects; --"'),
            ('app.project_events (like app.projects)')
       ) as hostile (name);
reset role;
alter table ops.partition_policies disable trigger partition_policies_own_relation;
insert into ops.partition_policies (relation, months_ahead) values ('pg_temp.mine', 1);
set local role eagle_operator;
create temporary table mine (at timestamptz not null) partition by range (at);
select throws_ok(
    $$ select ops.create_time_partitions('pg_temp.mine', '2001-02-01') $$,
    'ES209', 'pg_temp.mine is not a table of this database''s owner',
    'no partition is made of a table of the operator, though a policy names it'
);
reset role;
delete from ops.partition_policies where relation = 'pg_temp.mine';
set local role eagle_operator;
select throws_ok(
    $$ insert into app.project_events (account_id, project_id, event_type, actor)
       values (pg_temp.ana(), pg_temp.ana_project(), 'file.attached', 'ana') $$,
    '42501', 'permission denied for table project_events',
    'who makes partitions of the events writes none'
);

-- Bounds are whole months of UTC, wherever the operator sits.
set local timezone = 'Pacific/Auckland';
select is(
    ops.create_time_partitions('app.project_events', '2001-02-28'),
    'app.project_events_y2001m02',
    'a partition is named for its table, year and month'
);
set local timezone = 'America/New_York';
select is_empty(
    $$ select ops.create_time_partitions(relation => 'app.project_events', day => '2001-02-01') $$,
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
    ops.create_time_partitions('app.project_events', '2000-12-31'),
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
select is_empty(
    $$ select ops.create_time_partitions('app.project_events', '1999-06-01') $$,
    'a month within a longer partition gets no other'
);

-- Policies of other periods, beside the months that are there.
reset role;
create function pg_temp.made(period text, day date)
    returns setof text
    language plpgsql
as $function$
declare
    names text[];
begin
    update ops.partition_policies as p
       set period = made.period
     where p.relation = 'app.project_events';
    names := array(select ops.create_time_partitions('app.project_events', made.day));
    return query
    select format('%s %s', p.partition, p.bounds)
      from ops.partitions as p
     where p.partition = any (names)
     order by p.starts_at;
end
$function$;
set local role eagle_operator;
select results_eq(
    format('select * from pg_temp.made(%L, %L)', new.period, new.day),
    array[
        format(
            'app.project_events_%s FOR VALUES FROM (%L) TO (%L)',
            new.suffix, new.starts || ' 00:00:00+00', new.ends || ' 00:00:00+00'
        )
    ],
    new.what
)
  from (values
            ('year', '1990-06-30', 'y1990', '1990-01-01', '1991-01-01', 'a partition of a year'),
            ('quarter', '1992-05-31', 'y1992q2', '1992-04-01', '1992-07-01',
             'a partition of a quarter'),
            ('week', '1993-01-03', 'y1992w53', '1992-12-28', '1993-01-04',
             'a partition of a week from Monday on, named for the year that it counts to'),
            ('day', '1994-02-28', 'y1994m02d28', '1994-02-28', '1994-03-01',
             'a partition of a day')
       ) as new (period, day, suffix, starts, ends, what);
select results_eq(
    $$ select * from pg_temp.made('week', '2001-03-07') $$,
    array[
        'app.project_events_y2001w10'
        ' FOR VALUES FROM (''2001-03-05 00:00:00+00'') TO (''2001-03-12 00:00:00+00'')'
    ],
    'a week beside months is a whole one'
);
select results_eq(
    $$ select * from pg_temp.made('quarter', '2001-02-28') $$,
    array[
        'app.project_events_y2001m03d01'
        ' FOR VALUES FROM (''2001-03-01 00:00:00+00'') TO (''2001-03-05 00:00:00+00'')',
        'app.project_events_y2001m03d12'
        ' FOR VALUES FROM (''2001-03-12 00:00:00+00'') TO (''2001-04-01 00:00:00+00'')'
    ],
    'of a quarter that is held in part, what is left from the day on gets partitions'
);
select is_empty(
    $$ select * from pg_temp.made('quarter', '2001-02-01') $$,
    'what was left of the quarter before the day stays without a partition'
);
select is_empty(
    $$ select * from pg_temp.made('day', '2001-03-31') $$,
    'a day within a longer partition gets no other'
);
reset role;
select is(
    obj_description(name::regclass, 'pg_class'),
    format('Partition of app.project_events: %s.', label),
    format('a partition says what it holds: %s', label)
)
  from (values
            ('app.project_events_y1990', '1990'),
            ('app.project_events_y1992q2', '1992-Q2'),
            ('app.project_events_y1992w53', '1992-W53'),
            ('app.project_events_y1994m02d28', '1994-02-28'),
            ('app.project_events_y2001m03d12', '2001-03-12 to 2001-03-31')
       ) as made (name, label);
set local role eagle_operator;
select throws_ok(
    format('select ops.create_time_partitions(''app.project_events'', %L)', beyond.day),
    '22023', format('no partition can hold %s', beyond.day),
    format('there is no partition of %s', beyond.day)
)
  from unnest(array['infinity', '-infinity', '0044-03-15 BC']) as beyond (day);

select * from finish();
rollback;
