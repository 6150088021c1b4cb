begin;
select plan(9);
\ir ../../shape.psql

select results_eq(
    $$ select name, type from pg_temp.columns_of('ops.partitions') $$,
    $$ values
        ('relation', 'text'),
        ('partition', 'text'),
        ('bounds', 'text'),
        ('starts_at', 'timestamp with time zone'),
        ('ends_at', 'timestamp with time zone'),
        ('estimated_rows', 'bigint'),
        ('total_bytes', 'bigint') $$,
    'a partition is shown with these columns, in this order'
);
select set_eq(
    'select partition from ops.partitions',
    $$ select c.oid::regclass::text
         from pg_class as c
        where c.relispartition
          and c.relkind = 'r'
          and c.relnamespace in ('app'::regnamespace, 'ops'::regnamespace) $$,
    'every partition is shown'
);

-- As an operator sees them, in any time zone and date style.
create table app.project_events_first partition of app.project_events
    for values from (minvalue) to ('2000-01-01 00:00+00');
create table app.project_events_last partition of app.project_events
    for values from ('2100-01-01 00:00+00') to (maxvalue);
set local role eagle_application;
select throws_ok(
    'select * from ops.partitions', '42501', 'permission denied for view partitions',
    'the application does not see how tables are partitioned'
);
set local role eagle_operator;
prepare bounds as
    select starts_at, ends_at
      from ops.partitions
     where partition in ('app.project_events_first', 'app.project_events_last')
     order by starts_at;
select results_eq(
    'bounds',
    $$ values
        ('-infinity'::timestamptz, '2000-01-01 00:00+00'::timestamptz),
        ('2100-01-01 00:00+00', 'infinity') $$,
    'a partition by time is shown with its first time and the first time after it'
);
set local timezone = 'Asia/Kolkata';
set local datestyle = 'SQL, DMY';
select results_eq(
    'bounds',
    $$ values
        ('-infinity'::timestamptz, '2000-01-01T00:00:00Z'::timestamptz),
        ('2100-01-01T00:00:00Z', 'infinity') $$,
    'the times are right in every time zone and date style'
);
select results_eq(
    $$ select bounds from ops.partitions where partition = 'app.project_events_first' $$,
    array['FOR VALUES FROM (MINVALUE) TO (''2000-01-01 00:00:00+00'')'],
    'bounds are spelled the same in every time zone and date style'
);
select results_eq(
    $$ select bounds collate "default", starts_at, ends_at
         from ops.partitions
        where partition = 'app.project_payloads_two_pole_direct_burial' $$,
    $$ values (
           'FOR VALUES IN (''signage.two_pole.direct_burial'')', null::timestamptz, null::timestamptz
       ) $$,
    'a partition by module has no times'
);
select is_empty(
    'select * from ops.partitions where estimated_rows < 0 or total_bytes <= 0',
    'the size of a partition is shown, estimated where it was never analyzed'
);
select results_eq(
    $$ select estimated_rows from ops.partitions where partition = 'app.project_events_first' $$,
    array[0::bigint],
    'a partition that was never analyzed counts as empty'
);

select * from finish();
rollback;
