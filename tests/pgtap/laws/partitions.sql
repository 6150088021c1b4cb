begin;
select plan(7);
\ir house.psql

select is_empty(
    $$ select partition.name, t.tgname
         from pg_trigger as t
         join house_relation as r on r.oid = t.tgrelid and r.kind = 'p'
         join pg_inherits as h on h.inhparent = r.oid
         join house_relation as partition on partition.oid = h.inhrelid
        where not t.tgisinternal
          and not exists (
                  select
                    from pg_trigger as same
                   where same.tgrelid = partition.oid
                     and same.tgname = t.tgname
                     and same.tgfoid = t.tgfoid
                     and same.tgtype = t.tgtype
                     and same.tgenabled = t.tgenabled
              ) $$,
    'every partition has the triggers of its table, against truncation too'
);
select is_empty(
    $$ select r.name
         from house_relation as r
         join pg_inherits as h on h.inhparent = 'app.project_events'::regclass and h.inhrelid = r.oid
        where not exists (
                  select
                    from pg_trigger as t
                   where t.tgrelid = r.oid
                     and t.tgfoid = 'app.refuse_event_change'::regproc
                     and t.tgtype & 32 = 32
                     and t.tgenabled in ('O', 'A')
              ) $$,
    'no partition of the events can be truncated'
);
select is_empty(
    $$ select r.name
         from house_relation as r
         join pg_partitioned_table as p on p.partrelid = r.oid and p.partstrat = 'r'
        where r.name not in (select relation from ops.partition_policies) $$,
    'every table partitioned by time has a policy'
);
select is_empty(
    $$ select relation
         from ops.partition_policies
        where to_regclass(relation) not in (
                  select partrelid from pg_partitioned_table where partstrat = 'r'
              )
           or to_regclass(relation) is null $$,
    'every policy is of a table partitioned by time'
);
select is_empty(
    $$ select p.relation, month
         from ops.partition_policies as p
        cross join generate_series(
                  date_trunc('month', now() at time zone 'UTC'),
                  date_trunc('month', now() at time zone 'UTC') + make_interval(months => p.months_ahead),
                  interval '1 month'
              ) as month
        where not exists (
                  select
                    from ops.partitions as made
                   where made.relation = p.relation
                     and made.starts_at <= month at time zone 'UTC'
                     and made.ends_at > month at time zone 'UTC'
              ) $$,
    'every policy''s months ahead are made'
);
select is_empty(
    $$ select r.name
         from house_relation as r
         join pg_partitioned_table as p on p.partrelid = r.oid
        where p.partdefid <> 0 $$,
    'no partition takes what no other does, where it would be found too late'
);
select is_empty(
    $$ select r.name, partition.name
         from house_relation as r
         join pg_inherits as h on h.inhparent = r.oid
         join house_relation as partition on partition.oid = h.inhrelid
        where r.has_row_security <> partition.has_row_security
           or partition.schema <> r.schema
           or not starts_with(partition.bare_name, r.bare_name || '_') $$,
    'a partition has the schema, the row security and the name of its table'
);

select * from finish();
rollback;
