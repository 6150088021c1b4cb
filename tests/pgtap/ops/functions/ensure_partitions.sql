begin;
select plan(18);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.ensure_partitions'),
    '(from_month date DEFAULT NULL::date) returns SETOF text, volatile, security definer',
    'partitions are ensured from this month on, or from an earlier one'
);

set local role eagle_application;
select throws_ok(
    'select ops.ensure_partitions()',
    '42501', 'permission denied for function ensure_partitions',
    'the application makes no partitions'
);

set local role eagle_operator;
select lives_ok('select ops.ensure_partitions()', 'an operator makes the partitions');
select is_empty('select ops.ensure_partitions()', 'what is ensured already is not made again');
update ops.partition_policies set months_ahead = 5 where relation = 'app.project_events';
select results_eq(
    'select ops.ensure_partitions()',
    $$ select format(
                  'app.project_events_y%sm%s', to_char(month, 'YYYY'), to_char(month, 'MM')
              )
         from generate_series(
                  date_trunc('month', now() at time zone 'UTC') + interval '4 months',
                  date_trunc('month', now() at time zone 'UTC') + interval '5 months',
                  interval '1 month'
              ) as month
        order by 1 $$,
    'the months that a policy newly asks for are made, and named'
);
select is_empty(
    $$ select month
         from generate_series(
                  date_trunc('month', now() at time zone 'UTC'),
                  date_trunc('month', now() at time zone 'UTC') + interval '5 months',
                  interval '1 month'
              ) as month
        where not exists (
                  select
                    from ops.partitions as p
                   where p.relation = 'app.project_events'
                     and p.starts_at <= month at time zone 'UTC'
                     and p.ends_at > month at time zone 'UTC'
              ) $$,
    'this month and all the policy''s months ahead have a partition'
);
select isnt_empty(
    $$ select ops.ensure_partitions(
           from_month => ((now() at time zone 'UTC') - interval '2 years')::date
       ) $$,
    'months that are over can be ensured too'
);
select is_empty(
    $$ select month
         from generate_series(
                  date_trunc('month', now() at time zone 'UTC') - interval '2 years',
                  date_trunc('month', now() at time zone 'UTC') + interval '5 months',
                  interval '1 month'
              ) as month
        where not exists (
                  select
                    from ops.partitions as p
                   where p.relation = 'app.project_events'
                     and p.starts_at <= month at time zone 'UTC'
                     and p.ends_at > month at time zone 'UTC'
              ) $$,
    'every month from the one asked for has a partition'
);
update ops.partition_policies set months_ahead = 7 where relation = 'app.project_events';
select is(
    (select count(*)
       from ops.ensure_partitions(
                from_month => ((now() at time zone 'UTC') + interval '7 months')::date
            )),
    2::bigint,
    'no month is left out before a later one that was asked for'
);

-- Another period, from the first day without a partition on.
update ops.partition_policies
   set months_ahead = 9, period = 'week'
 where relation = 'app.project_events';
select isnt_empty('select ops.ensure_partitions()', 'weeks follow the months that are there');
select is_empty('select ops.ensure_partitions()', 'weeks ensured are not made again');
select is(
    (select range_agg(tstzrange(p.starts_at, p.ends_at))
            @> tstzrange(
                   now(), (date_trunc('month', now() at time zone 'UTC') + interval '10 months')
                          at time zone 'UTC'
               )
       from ops.partitions as p
      where p.relation = 'app.project_events'),
    true,
    'nothing is left out between months and weeks, nor before the end of the last month'
);
select is(
    (select max(p.ends_at - p.starts_at)
       from ops.partitions as p
      where p.relation = 'app.project_events'
        and p.ends_at > (date_trunc('month', now() at time zone 'UTC') + interval '8 months 7 days')
                        at time zone 'UTC'),
    interval '7 days',
    'what is made anew is as long as the policy says'
);
update ops.partition_policies
   set months_ahead = 10, period = 'day'
 where relation = 'app.project_events';
select count(*) from ops.ensure_partitions();
select is(
    (select max(p.ends_at) from ops.partitions as p where p.relation = 'app.project_events'),
    (date_trunc('month', now() at time zone 'UTC') + interval '11 months') at time zone 'UTC',
    'the last day of the last month has a partition, too'
);
select isnt_empty(
    $$ select ops.create_time_partitions('app.project_events', '2001-05-20') $$,
    'an old week is made'
);
update ops.partition_policies set period = 'year' where relation = 'app.project_events';
select results_eq(
    $$ select made.name
         from ops.ensure_partitions(from_month => '2001-06-01') as made (name)
        order by 1
        limit 2 $$,
    array['app.project_events_y2001m05d21', 'app.project_events_y2002'],
    'nothing is made of the part of a year that is over before the first month asked for'
);
select throws_ok(
    $$ select ops.ensure_partitions(from_month => '-infinity') $$,
    '22023', 'partitions cannot start in -infinity',
    'partitions have a first month'
);
reset role;
delete from ops.partition_policies;
set local role eagle_operator;
select is_empty(
    $$ select ops.ensure_partitions(from_month => '1990-01-01') $$,
    'without policies no partitions are made'
);

select * from finish();
rollback;
