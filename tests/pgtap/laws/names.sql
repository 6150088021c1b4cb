begin;
select plan(13);
\ir house.psql

select is_empty(
    $$ select name from house_schema where name !~ '^[a-z][a-z0-9_]*$'
        union all
       select name from house_relation where bare_name !~ '^[a-z][a-z0-9_]*$'
        union all
       select name || ' ' || column_name from house_column where column_name !~ '^[a-z][a-z0-9_]*$'
        union all
       select name from house_function where bare_name !~ '^[a-z][a-z0-9_]*$' $$,
    'names are small letters, digits and underscores'
);

-- PostgreSQL's own pattern: what it would have chosen had nobody named the thing.
-- The constraints and indexes of a partition are named by PostgreSQL after those of its table.
select is_empty(
    $$ select name, relation
         from house_constraint
        where kind = 'p'
          and not is_partition
          and name <> relation_bare_name || '_pkey' $$,
    'a primary key is named <table>_pkey'
);
select is_empty(
    $$ select name, relation
         from house_constraint
        where kind in ('u', 'f')
          and not is_partition
          and name <> format(
                  '%s_%s_%s',
                  relation_bare_name,
                  array_to_string(columns, '_'),
                  case kind when 'u' then 'key' else 'fkey' end
              ) $$,
    'a unique or foreign key is named <table>_<columns>_key or _fkey'
);
select is_empty(
    $$ select name, relation
         from house_constraint
        where kind = 'c'
          and not is_partition
          and case
                  when cardinality(columns) = 1
                      then name <> format('%s_%s_check', relation_bare_name, columns[1])
                  else name !~ format('^%s_([a-z0-9_]+_)?check$', relation_bare_name)
              end $$,
    'a check is named <table>_<column>_check, one of several columns <table>_check or for its sense'
);
select is_empty(
    $$ select name, relation
         from house_constraint
        where kind = 'x'
          and not is_partition
          and name !~ format('^%s_[a-z0-9_]+_excl$', relation_bare_name) $$,
    'an exclusion is named <table>_<columns>_excl'
);
select is_empty(
    $$ select bare_name, relation
         from house_index
        where not is_constraint
          and not is_partition
          and bare_name !~ format(
                  '^%s_%s%s_idx$',
                  relation_bare_name,
                  -- An expression has no name of its own; any word stands for it.
                  array_to_string(columns, '_', '[a-z0-9_]+'),
                  case
                      when predicate is null then ''
                      when predicate ~ '^\(\w+ IS NOT NULL\)$' then '(_[a-z0-9_]+)?'
                      else '_[a-z0-9_]+'
                  end
              ) $$,
    'an index is named <table>_<columns>_idx, and a partial one says its predicate'
);
select is_empty(
    $$ select t.tgname, r.name
         from pg_trigger as t
         join house_relation as r on r.oid = t.tgrelid
        where not t.tgisinternal
          and not r.is_partition
          and not starts_with(t.tgname, r.bare_name || '_')
        union all
       select p.polname, r.name
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
        where not starts_with(p.polname, r.bare_name || '_') $$,
    'a trigger or policy is named for its table'
);

select is_empty(
    $$ select name, argument
         from house_function
        cross join unnest(argument_names) as argument
        where argument !~ '^[a-z][a-z0-9_]*$'
           or argument ~ '^[pvio]_' $$,
    'the parameters of a function are plain nouns'
);
select is_empty(
    $$ select f.name
         from house_function as f
         join pg_proc as p on p.oid = f.oid
        where cardinality(coalesce(p.proargnames, '{}'))
              < greatest(p.pronargs, cardinality(coalesce(p.proallargtypes, '{}'))) $$,
    'every parameter of a function has a name'
);
select is_empty(
    $$ select bare_name from house_function group by bare_name, split_part(name, '.', 1)
       having count(*) > 1 $$,
    'no two functions of a schema have the same name'
);

-- psql takes them for the beginning or the end of a body, and so reads a dump wrongly.
select is_empty(
    $$ select name from house_function where bare_name in ('begin', 'case', 'end') $$,
    'no function is named as a part of a body in SQL'
);

select is_empty(
    $$ select name, column_name
         from house_column
        where (type_oid = 'timestamptz'::regtype) <> (column_name ~ '_at$') $$,
    'a moment is named _at, and what is named _at is a moment'
);
select is_empty(
    $$ select name, column_name
         from house_column
        where (type_oid = 'boolean'::regtype) <> (column_name ~ '^(is|has)_') $$,
    'what is true or false is named is_ or has_'
);

select * from finish();
rollback;
