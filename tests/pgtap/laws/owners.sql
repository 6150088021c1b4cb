begin;
select plan(7);
\ir house.psql

select set_eq(
    'select name from house_schema',
    array['app', 'catalog', 'ops'],
    'the owner''s schemas are those of the tenants, of the catalogs and of operation'
);
select is_empty(
    $$ select n.nspname
         from pg_namespace as n
        where n.nspname in ('app', 'catalog', 'ops')
          and n.nspowner <> 'eagle_owner'::regrole $$,
    'each of them belongs to eagle_owner'
);
select is_empty(
    $$ select name, owner::regrole from house_relation where owner <> 'eagle_owner'::regrole $$,
    'every table, view and materialized view belongs to eagle_owner'
);
select is_empty(
    $$ select name, owner::regrole from house_function where owner <> 'eagle_owner'::regrole $$,
    'every function belongs to eagle_owner'
);
select is_empty(
    $$ select t.oid::regtype, t.typowner::regrole
         from pg_type as t
         join house_schema as s on s.oid = t.typnamespace
        where t.typowner <> 'eagle_owner'::regrole $$,
    'every type belongs to eagle_owner'
);
select is_empty(
    $$ select c.oid::regclass
         from pg_class as c
        where c.relowner = 'eagle_owner'::regrole
          and c.relnamespace in ('public'::regnamespace, 'pg_catalog'::regnamespace) $$,
    'nothing of ours is in the schema public'
);
select is_empty(
    $$ select rolname from pg_roles
        where rolname like 'eagle\_%'
          and has_schema_privilege(oid, 'public', 'create')
          and rolname <> 'eagle_owner' $$,
    'nobody of ours can put anything into the schema public'
);

select * from finish();
rollback;
