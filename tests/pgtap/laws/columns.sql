begin;
select plan(8);
\ir house.psql

select is_empty(
    $$ select name, column_name, type_name
         from house_column
        where type_oid in (
                  'varchar'::regtype, 'bpchar'::regtype, '"char"'::regtype, 'name'::regtype
              ) $$,
    'words are text, and a check says how long they may be'
);
select is_empty(
    $$ select name, column_name, type_name
         from house_column
        where type_oid in ('timestamp'::regtype, 'time'::regtype, 'timetz'::regtype) $$,
    'a moment is a timestamptz'
);
select is_empty(
    $$ select name, column_name, type_name
         from house_column where type_oid in ('money'::regtype, 'json'::regtype, 'xml'::regtype) $$,
    'money is numeric and JSON is jsonb'
);
select is_empty(
    $$ select name, column_name
         from house_column
        where is_table
          and (identity <> '' or default_expression ~ 'nextval') $$,
    'no key is drawn from a sequence, which a distributed table could not share'
);
select is_empty(
    $$ select name, column_name, type_name
         from house_column
        where is_table
          and column_name ~ '_id$'
          and type_oid <> 'uuid'::regtype $$,
    'an id is a uuid'
);
select is_empty(
    $$ select name from house_relation where persistence <> 'p' $$,
    'no table is unlogged: each survives a crash'
);
select is_empty(
    $$ select name from house_relation where kind in ('f', 'S') $$,
    'there are no foreign tables and no sequences'
);
select is_empty(
    $$ select name from house_relation as r
        where is_table
          and not is_partition
          and not exists (
                  select from pg_constraint as k where k.conrelid = r.oid and k.contype = 'p'
              ) $$,
    'every table has a primary key'
);

select * from finish();
rollback;
