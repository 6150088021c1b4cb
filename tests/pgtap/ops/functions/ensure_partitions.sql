begin;
select plan(10);
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
delete from ops.partition_policies;
select is_empty(
    $$ select ops.ensure_partitions(from_month => '1990-01-01') $$,
    'without policies no partitions are made'
);

select * from finish();
rollback;
