begin;
select plan(6);
\ir house.psql

select is_empty(
    'select name from house_index where not is_usable',
    'every index is valid'
);
select is_empty(
    'select name, relation from house_constraint where not is_validated',
    'every constraint is validated'
);
select is_empty(
    $$ select r.name, t.tgname
         from pg_trigger as t
         join house_relation as r on r.oid = t.tgrelid
        where t.tgenabled = 'D' $$,
    'every trigger is enabled'
);
select is_empty(
    $$ select i.name, wider.name as does_it_too
         from house_index as i
         join house_index as wider
           on wider.relation_oid = i.relation_oid
          and wider.oid <> i.oid
          and wider.method = i.method
          and wider.predicate is not distinct from i.predicate
          and wider.keys[1:cardinality(i.keys)] = i.keys
        where not i.is_unique
           or (wider.is_unique and wider.keys = i.keys and wider.oid > i.oid) $$,
    'no index repeats another or the beginning of another'
);
select is_empty(
    $$ select k.name, k.relation
         from house_constraint as k
        where k.kind = 'f'
          and k.placement = 'tenant'
          and not exists (
                  select
                    from house_index as i
                   where i.relation = k.relation
                     and i.method = 'btree'
                     and i.predicate is null
                     and i.columns[1:cardinality(k.columns)] = k.columns
              ) $$,
    'a tenant''s foreign key has an index that starts with its columns'
);
select is_empty(
    $$ select i.name, a.attnum
         from house_index as i
         join pg_index as x on x.indexrelid = i.oid
         join pg_attribute as a on a.attrelid = i.oid
         join house_relation as r on r.oid = i.relation_oid
        where r.placement = 'tenant'
          and r.kind <> 'p'
          and x.indkey[a.attnum - 1] = 0
          and coalesce(a.attstattarget, -1) <> 0 $$,
    'statistics keep no values of the expressions that a tenant''s indexes are on'
);

select * from finish();
rollback;
