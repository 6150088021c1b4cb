begin;
select plan(18);
\ir house.psql

select is_empty(
    $$ select name from house_relation
        where is_table and not is_partition and placement = '' $$,
    'every table has a placement'
);
select is_empty(
    $$ select p.relation
         from ops.table_placements as p
        where to_regclass(p.relation) is null $$,
    'every placement is of a table that is there'
);
select is_empty(
    $$ select name, placement from house_relation as r
        where is_table
          and (placement = 'tenant') <> exists (
                  select from house_column as c where c.oid = r.oid and c.column_name = 'account_id'
              ) $$,
    'a table with an account is a tenant''s, and no other'
);
select is_empty(
    $$ select name from house_relation
        where is_table and (schema = 'catalog') <> (placement = 'reference') $$,
    'what all tenants share is in the schema catalog, and is copied to every node'
);

-- A tenant's tables are distributed by account_id, and stay together.
select is_empty(
    $$ select name, type_name, is_not_null, number
         from house_column
        where is_table
          and column_name = 'account_id'
          and (type_oid <> 'uuid'::regtype or not is_not_null or number <> 1) $$,
    'an account is a uuid, not a domain, never null, the first column'
);
select is_empty(
    $$ select name, relation
         from house_constraint
        where placement = 'tenant'
          and kind in ('p', 'u', 'f')
          and columns[1] <> 'account_id' $$,
    'the keys of a tenant''s table lead with the account'
);
select is_empty(
    $$ select name, relation
         from house_index
        where placement = 'tenant'
          and columns[1] is distinct from 'account_id' $$,
    'the indexes and exclusions of a tenant''s table lead with the account'
);
select is_empty(
    $$ select k.name, k.relation, k.referenced::regclass
         from house_constraint as k
         join house_relation as r on r.oid = k.referenced
        where k.kind = 'f'
          and case k.placement
                  when 'tenant' then r.placement not in ('tenant', 'reference')
                  when 'reference' then r.placement <> 'reference'
                  else r.placement <> 'local'
              end $$,
    'a foreign key stays with its tenant, or goes to a table that every node has'
);
select is_empty(
    $$ select name, relation
         from house_constraint where kind = 'f' and on_delete in ('n', 'd') $$,
    'a deleted row does not empty the keys of others'
);
select is_empty(
    $$ select r.name, t.tgname
         from pg_trigger as t
         join house_relation as r on r.oid = t.tgrelid
        where t.tgdeferrable and not t.tgisinternal
        union all
       select relation, name
         from house_constraint as k
        where exists (select from pg_constraint as c where c.oid = k.oid and c.condeferrable) $$,
    'nothing is deferred to the end of a transaction'
);
select is_empty(
    'select name from house_relation where is_partition and kind = ''p''',
    'no partition is partitioned again'
);
select is_empty(
    $$ select c.name
         from pg_inherits as h
         join house_relation as c on c.oid = h.inhrelid
        where not c.is_partition $$,
    'no table inherits from another'
);

select is_empty(
    $$ select k.name, k.relation
         from house_constraint as k
         join pg_constraint as c on c.oid = k.oid
        where c.contype = 'f' and c.confupdtype <> 'a' $$,
    'a key that changes does not change others'
);
select is_empty(
    $$ select r.name, role
         from house_relation as r
        cross join unnest(
                  array['eagle_application', 'eagle_reader', 'eagle_auditor', 'eagle_operator']
              ) as role
        where r.is_table
          and r.placement = 'tenant'
          and has_column_privilege(role, r.oid, 'account_id', 'update') $$,
    'nobody moves a row to another account'
);
select is_empty(
    $$ select r.name, role
         from house_relation as r
        cross join unnest(
                  array['eagle_application', 'eagle_reader', 'eagle_auditor', 'eagle_operator']
              ) as role
        where r.kind in ('v', 'm')
          and has_any_column_privilege(role, r.oid, 'insert, update') $$,
    'nobody writes through a view'
);
select is_empty(
    $$ select r.name, w.rulename
         from pg_rewrite as w
         join house_relation as r on r.oid = w.ev_class
        where w.rulename <> '_RETURN' $$,
    'no table has rules'
);
select is_empty(
    $$ select r.name
         from house_relation as r
        where r.kind in ('m', 'v')
          and r.name in (select relation from ops.table_placements) $$,
    'a view is not placed: it stays on the coordinator'
);
select is_empty(
    $$ select r.name, t.tgname
         from pg_trigger as t
         join house_relation as r on r.oid = t.tgrelid
        where not t.tgisinternal
          and r.placement = 'tenant'
          and t.tgtype & 1 = 0
          and t.tgtype & 32 = 0 $$,
    'a tenant''s trigger is of each row, or against truncation: a node sees its rows only'
);

select * from finish();
rollback;
