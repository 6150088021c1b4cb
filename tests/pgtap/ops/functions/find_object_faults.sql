begin;
select plan(6);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_object_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, '
    'detail text), stable, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_object_faults()',
    '42501', 'permission denied for function find_object_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;

-- Five months ahead: those made by migrations, and a week in the middle of the last.
update ops.partition_policies set months_ahead = 3, period = 'month';
select count(*) from ops.ensure_partitions();
update ops.partition_policies set months_ahead = 4, period = 'week';
create function pg_temp.fifteenth()
    returns date
    language sql
    return (date_trunc('month', now() at time zone 'UTC') + interval '4 months 14 days')::date;
select count(*) from ops.create_time_partitions('app.project_events', pg_temp.fifteenth());
select results_eq(
    $$ select detail from ops.find_object_faults() where check_name = 'partitions' $$,
    $$ select 'no partition for ' || string_agg(p.label, ', ' order by p.starts_at)
         from ops.periods_between(
                  'week', date_trunc('month', pg_temp.fifteenth())::date,
                  (date_trunc('month', pg_temp.fifteenth()) + interval '1 month')::date - 1
              ) as p
        where not tstzrange(p.starts_at, p.ends_at)
                  @> (pg_temp.fifteenth()::timestamp at time zone 'UTC') $$,
    'the weeks that are missing are named, and not the one in the middle that is there'
);

-- The same month is asked for whole, and its first day is there.
update ops.partition_policies set period = 'day';
select count(*)
  from ops.create_time_partitions(
           'app.project_events', date_trunc('month', pg_temp.fifteenth())::date
       );
update ops.partition_policies set period = 'month';
select results_eq(
    $$ select detail from ops.find_object_faults() where check_name = 'partitions' $$,
    array['no partition for ' || to_char(pg_temp.fifteenth(), 'YYYY-MM')],
    'a month is missing as long as a part of it is'
);
update ops.partition_policies set months_ahead = 3;

update pg_index set indisvalid = false, indisready = false
 where indexrelid = 'ops.missed_months_pkey'::regclass;
select results_eq(
    $$ select check_name, object from ops.find_object_faults() $$,
    $$ values ('invalid-indexes', 'ops.missed_months_pkey') $$,
    'an index that is not used is named'
);

-- One fault of each kind, and what it counts as.
alter table app.projects
    add constraint projects_customer_named_check check (customer <> '') not valid;
alter table ops.missed_months set unlogged;
grant select on catalog.pricing_configs to public;
drop table app.project_payloads_two_pole_direct_burial;
update pg_inherits set inhdetachpending = true
 where inhrelid = 'app.project_payloads_single_pole_base_plate'::regclass;
insert into ops.retired_partitions
    (partition, relation, starts_at, ends_at, action, row_count, changed_at)
values ('app.old', 'app.project_events', '2001-01-01', '2001-02-01', 'drop', 0,
        now() - interval '25 hours');
insert into ops.missed_months (relation, starts_at, misses)
values ('app.project_events', '2001-01-01', 3);
insert into pg_db_role_setting (setdatabase, setrole, setconfig)
values (0, 0, '{track_counts=off}');
select results_eq(
    $$ select check_name, object, violations
         from ops.find_object_faults()
        order by check_name collate "C", object collate "C" $$,
    $$ values
        ('access', 'catalog.pricing_configs', 1::bigint),
        ('missed-months', 'app.project_events', 3),
        ('partitions', 'app.project_payloads', 1),
        ('partitions', 'app.project_payloads_single_pole_base_plate', 1),
        ('retirements', 'app.old', 1),
        ('settings', 'server', 1),
        ('unlogged-tables', 'ops.missed_months', 1),
        ('unvalidated-constraints', 'app.projects projects_customer_named_check', 1) $$,
    'each fault counts as one, and refused writes by their number'
);

select * from finish();
rollback;
