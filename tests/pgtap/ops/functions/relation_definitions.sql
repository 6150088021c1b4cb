begin;
select plan(7);
\ir ../../shape.psql

select is(
    pg_temp.head_of('ops.relation_definitions'),
    '() returns TABLE(place text, object text, definition text), stable, security invoker',
    'tables and what belongs to them are written out as the caller'
);
create temporary table before as select * from ops.relation_definitions();
select bag_hasnt(
    $$ select format('%I.%I', n.nspname, c.relname)
         from pg_class as c
         join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('app', 'catalog', 'ops')
          and c.relkind in ('r', 'p', 'v', 'm', 'S')
       except
       select coalesce(nullif(b.place, ''), b.object) from before as b $$,
    $$ select format('%I.%I', n.nspname, c.relname)
         from pg_class as c
         join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('app', 'catalog', 'ops')
          and c.relkind in ('r', 'p', 'v', 'm', 'S') $$,
    'every table, view and sequence is there'
);
select is_empty(
    $$ select r.relname, t.tgname
         from pg_trigger as t
         join pg_class as r on r.oid = t.tgrelid
        where not t.tgisinternal
          and r.relnamespace = 'app'::regnamespace
          and not r.relispartition
          and not exists (
                  select from before as b where b.object = format('app.%I trigger %I', r.relname, t.tgname)
              ) $$,
    'every trigger is there'
);
set local timezone = 'Asia/Tokyo';
set local datestyle = 'SQL, DMY';
set local search_path = app, ops, public;
select set_eq(
    'select * from ops.relation_definitions()', 'select * from before',
    'in every session they are the same'
);
reset search_path;
select is(
    (
        select count(distinct months.written)
          from (
                   select string_agg(b.object || b.definition, ' ' order by b.object) as written
                     from before as b
                    where b.place like 'app.project_events_y%'
                    group by b.place
               ) as months
    ),
    1::bigint, 'all months are alike'
);
select set_eq(
    $$ select b.object from before as b where b.place = '' and b.object like 'ops.missed_months%'
          and b.object not like '%not_null' $$,
    array[
        'ops.missed_months', 'ops.missed_months column first_at',
        'ops.missed_months column last_at', 'ops.missed_months column misses',
        'ops.missed_months column relation', 'ops.missed_months column starts_at',
        'ops.missed_months constraint missed_months_misses_check',
        'ops.missed_months constraint missed_months_pkey',
        'ops.missed_months constraint missed_months_relation_check',
        'ops.missed_months index missed_months_pkey'
    ],
    'what belongs to a table is named after it'
);
update pg_class set relchecks = 0 where oid = 'ops.missed_months'::regclass;
select results_eq(
    $$ select right(d.definition, 14)
         from ops.relation_definitions() as d
        where d.object = 'ops.missed_months' $$,
    array['checks ignored'],
    'a table that says it has no checks is another one'
);

select * from finish();
rollback;
