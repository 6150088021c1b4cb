begin;
select plan(8);
\ir house.psql

select is_empty(
    $$ select name from house_schema where obj_description(oid, 'pg_namespace') is null $$,
    'every schema has a comment'
);
select is_empty(
    $$ select name from house_relation where obj_description(oid, 'pg_class') is null $$,
    'every table, partition, view and materialized view has a comment'
);
select is_empty(
    $$ select name, column_name
         from house_column
        where kind <> 'S'
          and not is_partition
          and col_description(oid, number) is null $$,
    'every column has a comment; those of a partition stand on its table'
);
select is_empty(
    $$ select name from house_function where obj_description(oid, 'pg_proc') is null $$,
    'every function has a comment'
);
select is(
    obj_description('public.eagle_refuse_definition'::regproc, 'pg_proc') is null, false,
    'so has the one function that a superuser makes'
);
select is_empty(
    $$ select t.oid::regtype
         from pg_type as t
         join house_schema as s on s.oid = t.typnamespace
         left join pg_class as c on c.oid = t.typrelid
        where (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
          and obj_description(t.oid, 'pg_type') is null $$,
    'every type has a comment'
);
select is_empty(
    $$ select p.polname, r.name
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
        where obj_description(p.oid, 'pg_policy') is null $$,
    'every policy has a comment'
);
select is_empty(
    $$ select d.objoid, d.objsubid, d.description
         from pg_description as d
        where (
                  d.objoid in (select oid from house_schema)
                  or d.objoid in (select oid from house_relation)
                  or d.objoid in (select oid from house_function)
                  or d.objoid in (
                         select p.oid
                           from pg_policy as p
                           join house_relation as r on r.oid = p.polrelid
                     )
              )
          and d.description !~ '^[A-Za-z0-9].*[.]$' $$,
    'every comment is a sentence, and ends as one'
);

select * from finish();
rollback;
