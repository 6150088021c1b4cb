begin;
select plan(24);
\ir ../../shape.psql

create function pg_temp.number(metric text, labels jsonb default '{}')
    returns double precision
    language sql
as $function$
    select m.value
      from ops.metrics() as m
     where m.metric = number.metric
       and m.labels @> number.labels
$function$;

select is(
    pg_temp.head_of('ops.metrics'),
    '() returns TABLE(metric text, labels jsonb, value double precision), stable, security definer',
    'monitoring reads numbers from one function'
);
set local role eagle_application;
select throws_ok(
    'select * from ops.metrics()',
    '42501', 'permission denied for function metrics',
    'the application has no use for them'
);
set local session authorization eagle_exporter;
select lives_ok('select * from ops.metrics()', 'the exporter reads them');
reset session authorization;

select is(pg_temp.number('access_findings'), 0::double precision, 'access is as declared');
select is(
    pg_temp.number('partition_missed_writes'), 0::double precision,
    'where no write was refused there is a zero'
);
update pg_class set reltuples = -1 where oid = 'app.event_chains'::regclass;
select is(
    pg_temp.number('audit_chains'), 0::double precision,
    'chains that were never counted are a zero'
);
grant select on app.projects to public;
select is(pg_temp.number('access_findings'), 1::double precision, 'an opening is counted');

select is(
    pg_temp.number('partition_months_ahead', '{"relation": "app.project_events"}'),
    pg_temp.number('partition_months_ahead_wanted', '{"relation": "app.project_events"}'),
    'partitions are made as far ahead as the policy asks'
);
do $$
begin
    execute format(
        'drop table app.project_events_%s',
        to_char((now() at time zone 'UTC') + interval '2 months', '"y"YYYY"m"MM')
    );
end
$$;
select is(
    pg_temp.number('partition_months_ahead', '{"relation": "app.project_events"}'),
    1::double precision,
    'months behind a gap do not count as made ahead'
);
-- Weeks take the place of the month, all but the one in its middle.
update ops.partition_policies set period = 'week';
create function pg_temp.day_of_it(day integer)
    returns date
    language sql
    return (date_trunc('month', now() at time zone 'UTC') + interval '2 months')::date + day - 1;
select count(*)
  from unnest(array[1, 5, 23, 28]) as day
 cross join lateral ops.create_time_partitions('app.project_events', pg_temp.day_of_it(day));
select is(
    pg_temp.number('partition_months_ahead', '{"relation": "app.project_events"}'),
    1::double precision,
    'a month with a gap in its middle is not made ahead'
);
select count(*)
  from generate_series(1, 31) as day
 cross join lateral ops.create_time_partitions('app.project_events', pg_temp.day_of_it(day));
select is(
    pg_temp.number('partition_months_ahead', '{"relation": "app.project_events"}'),
    3::double precision,
    'a month whose weeks are all there is made ahead'
);
create table app.project_events_rest partition of app.project_events default;
select is(
    pg_temp.number('partition_months_ahead', '{"relation": "app.project_events"}'),
    3::double precision,
    'a partition for whatever has no other counts for no time'
);
drop table app.project_events_rest;
do $$
begin
    execute format(
        'create table app.project_events_long partition of app.project_events'
        ' for values from (%L) to (%L)',
        (select max(upper(range)) from ops.held_times('app.project_events') as h (times)
          cross join lateral unnest(h.times) as range),
        now() + interval '30 years'
    );
end
$$;
select is(
    pg_temp.number('partition_months_ahead', '{"relation": "app.project_events"}'),
    (select count(*)
       from generate_series(
                date_trunc('month', now() at time zone 'UTC') + interval '1 month',
                (now() at time zone 'UTC')::date + 3720, interval '1 month'
            ))::double precision,
    'months are counted up to ten years ahead'
);
drop table app.project_events_long;
insert into ops.missed_months (relation, starts_at, misses, last_at)
values
    ('app.project_events', '2031-01-01', 2, now()),
    ('app.project_events', '2021-01-01', 5, now() - interval '2 days');
select is(
    pg_temp.number('partition_missed_writes'), 2::double precision,
    'refused writers of the last day are counted'
);
select is(
    pg_temp.number('partitions_retired', '{"state": "dropped"}'), 0::double precision,
    'a state that no partition is in has a zero'
);

-- The jobs of these tests are none that the program knows.
alter table ops.jobs drop constraint jobs_work_check;
insert into ops.jobs (job, statement, schedule, late_after, time_limit, description, added_at)
values ('measured', 'select 1', '0 0 * * *', '1 day', '1 hour', 'Measured.', now());
select is(
    pg_temp.number('job_last_success_timestamp_seconds', '{"job": "measured"}'), null,
    'a job that never succeeded has no time of success'
);
insert into ops.job_runs (job, outcome, started_at, finished_at, exit_code, detail)
values
    ('measured', 'succeeded', now() - interval '3 hours', now() - interval '2 hours', 0, null),
    ('measured', 'failed', now() - interval '1 hour', now(), 10,
     '{"errors": 3, "problems": [{"account": "secret"}], "equal": false, "who": "secret"}'),
    ('measured', 'running', now(), null, null, null);
select is(
    pg_temp.number('job_last_success_timestamp_seconds', '{"job": "measured"}'),
    extract(epoch from now() - interval '2 hours')::double precision,
    'the age of a success is told'
);
select is(
    pg_temp.number('job_failed', '{"job": "measured"}'), 1::double precision,
    'a run under way does not hide that the one before failed'
);
select is(
    (select count(*) from ops.metrics() as m
      where m.metric = 'job_failed' and m.labels ->> 'job' = 'measured'),
    1::bigint,
    'the newest run alone is told'
);
select is(
    pg_temp.number('job_exit_code', '{"job": "measured"}'), 10::double precision,
    'how it failed is told'
);
select results_eq(
    $$ select labels ->> 'field', value from ops.metrics()
        where metric = 'job_result' and labels ->> 'job' = 'measured' order by 1 $$,
    $$ values
        ('equal', 0::double precision), ('errors', 3), ('problems', 1) $$,
    'numbers, truths and lengths of what it printed are told'
);
select is_empty(
    $$ select * from ops.metrics() where labels::text ~ 'secret' $$,
    'and no word of it'
);
select ok(
    pg_temp.number('migration_applied_timestamp_seconds', '{"migration": "0001.core-schema"}')
    > 1500000000,
    'when a migration was applied is told'
);
select is(
    pg_temp.number('migrations_partial'), 0::double precision, 'no migration stopped half-way'
);

select * from finish();
rollback;
