begin;
select plan(18);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.find_capacity_faults'),
    '() returns TABLE(check_name text, object text, violations bigint, '
    'detail text), stable, security invoker',
    'faults of one kind are found as the caller'
);
set local role eagle_operator;
select throws_ok(
    'select * from ops.find_capacity_faults()',
    '42501', 'permission denied for function find_capacity_faults',
    'an operator has them found by ops.check_integrity() alone'
);
reset role;

set local role eagle_owner;
create sequence ops.ending maxvalue 100;
create sequence ops.beginning maxvalue 100;
create sequence ops.circling maxvalue 100 cycle;
select setval('ops.ending', 81), setval('ops.beginning', 80), setval('ops.circling', 99);
reset role;
select results_eq(
    $$ select object, detail from ops.find_capacity_faults() where check_name = 'sequences' $$,
    $$ values ('ops.ending', 'is at 81 of 100') $$,
    'a sequence is near its end when four fifths are used, unless it begins again'
);

select results_eq(
    $$ select violations from ops.find_capacity_faults() where check_name = 'sequences' $$,
    array[1::bigint], 'it counts as one'
);

-- What the catalogue says of a table whose rows have 36 bytes, those of its page and line included.
create function pg_temp.bloated(pages integer, tuples real, relation regclass)
    returns bigint
    language plpgsql
as $function$
begin
    update pg_class as c
       set relpages = bloated.pages, reltuples = bloated.tuples
     where c.oid = bloated.relation;
    return (
        select f.violations
          from ops.find_capacity_faults() as f
         where f.check_name = 'bloat' and f.object = bloated.relation::text
    );
end
$function$;
create table ops.swollen (number bigint not null);
insert into ops.swollen select * from generate_series(1, 10);
analyze ops.swollen;
create table ops.flags (flag boolean);
create table ops.notes (note text);
select is(
    pg_temp.bloated(said.pages, said.tuples, said.relation), said.more, said.what
)
  from (values
            (1001, 0, 'ops.swollen'::regclass, 1001::bigint,
             'a table of 1,001 pages for no row is bloated'),
            (1000, 0, 'ops.swollen', null, 'one of 1,000 pages is not worth naming'),
            (1001, -1, 'ops.swollen', null, 'nor one whose rows nobody has counted'),
            (108000001, 8168000000, 'ops.swollen', 72000001,
             'a table of three times what it needs is bloated'),
            (108000000, 8168000000, 'ops.swollen', null, 'one page less is not too many'),
            (1001, 0, 'ops.flags', 1001, 'a column that is always as wide needs no statistics'),
            (1001, 0, 'ops.notes', null, 'without statistics nobody knows how wide a text is')
       ) as said (pages, tuples, relation, more, what);

-- A partitioned table without statistics, though its partitions have rows.
create function pg_temp.without_statistics(own real, of_partition real)
    returns bigint
    language plpgsql
as $function$
begin
    update pg_class set reltuples = without_statistics.own
     where oid = 'app.project_events'::regclass;
    update pg_class set reltuples = without_statistics.of_partition
     where oid = (select max(inhrelid) from pg_inherits
                   where inhparent = 'app.project_events'::regclass);
    return (
        select f.violations
          from ops.find_capacity_faults() as f
         where f.check_name = 'statistics' and f.object = 'app.project_events'
    );
end
$function$;
select is(
    pg_temp.without_statistics(-1, 10001), 1::bigint, 'a table with rows has statistics as a whole'
);
select is(pg_temp.without_statistics(-1, 10000), null, 'one with few rows need not have any');
select is(
    pg_temp.without_statistics(0, 10001), null, 'one that was analyzed when it was empty has them'
);

-- As old as a database may be, in transactions and in multixacts.
create function pg_temp.aged(transactions bigint, multixacts bigint)
    returns text
    language plpgsql
as $function$
begin
    update pg_database
       set datfrozenxid = mod(
               pg_current_xact_id()::text::bigint + 4294967296 - aged.transactions, 4294967296
           )::text::xid,
           datminmxid = mod(
               mxid_age('1'::xid) + 1 + 4294967296 - aged.multixacts, 4294967296
           )::text::xid
     where datname = current_database();
    return (
        select string_agg(replace(f.object, current_database(), 'here') || ' ' || f.violations, ', ' order by 1)
          from ops.find_capacity_faults() as f
         where f.check_name = 'transaction-ids'
           and f.object like current_database() || '%'
    );
end
$function$;
select is(pg_temp.aged(1000000000, 0), null, 'a database of 1,000 million transactions is not old');
select is(pg_temp.aged(1000000001, 0), 'here 1', 'one of one more is');
select is(pg_temp.aged(0, 1000000000), null, 'one of 1,000 million multixacts is not old');
select is(pg_temp.aged(0, 1000000001), 'here (multixact) 1', 'one of one more is');

select * from finish();
rollback;
