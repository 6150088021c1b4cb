begin;
select plan(8);
\ir ../../shape.psql
\ir ../../two_accounts.psql

select is(
    pg_temp.head_of('ops.repair_partitions'),
    '(account_id uuid) returns boolean, volatile, security definer',
    'a refused writer has the missing partition made by the owner'
);
set local role eagle_application;
select throws_ok(
    $$ select ops.repair_partitions(pg_temp.ana()) $$,
    'ES005', null,
    'a stranger reports nothing'
);
set local app.account_id = 'a0000000-0000-7000-8000-000000000000';
select ok(ops.repair_partitions(pg_temp.ana()), 'after the report the write can be tried again');
reset role;
select is_empty(
    'select from ops.missed_months', 'where nothing was missing, nothing is counted'
);

-- The policy says days, and this month has no partition.
do $$
begin
    execute format(
        'drop table %s',
        (select p.partition from ops.partitions as p
          where p.relation = 'app.project_events' and p.starts_at <= now() and p.ends_at > now())
    );
end
$$;
update ops.partition_policies set period = 'day';
set local role eagle_application;
select ok(ops.repair_partitions(pg_temp.ana()), 'a refused writer of this day can try again');
reset role;
select results_eq(
    $$ select p.starts_at, p.ends_at - p.starts_at
         from ops.partitions as p
        where p.relation = 'app.project_events' and p.starts_at <= now() and p.ends_at > now() $$,
    $$ values (date_trunc('day', now(), 'UTC'), interval '1 day') $$,
    'the partition of this day was made'
);
select is(
    (select m.misses from ops.missed_months as m where m.starts_at = date_trunc('day', now(), 'UTC')
     order by m.last_at desc limit 1) > 0,
    true,
    'what was missing is counted for the day'
);
set local role eagle_application;
select ops.repair_partitions(pg_temp.ana()) from generate_series(1, 100);
reset role;
select results_eq(
    'select sum(misses) from ops.missed_months', array[1::numeric],
    'however often it is reported, it was missing once'
);

select * from finish();
rollback;
