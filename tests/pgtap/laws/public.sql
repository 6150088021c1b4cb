begin;
select plan(9);
\ir house.psql
\ir ../shape.psql

create temporary view granted as
select s.name as schema, g.*
  from house_schema as s
 cross join lateral pg_temp.grants_in(s.name) as g;

select is_empty(
    $$ select schema, object, privileges from granted where grantee = 'public' $$,
    'nothing is granted to everyone'
);
select is_empty(
    $$ select * from granted
        where grantee not in (
                  'eagle_application', 'eagle_reader', 'eagle_auditor', 'eagle_operator'
              )
          and not (
                  grantee = 'eagle_exporter'
                  and schema = 'ops'
                  and privileges in ('usage', 'select', 'execute')
              )
          and not (
                  grantee = 'eagle_indexer'
                  and schema = 'ops'
                  and privileges in ('usage', 'execute')
              ) $$,
    'rights go to the roles that work, what monitoring and search ask of ops to theirs, and to no '
    'other'
);
select is_empty(
    $$ select * from granted where privileges ~ 'grant option' $$,
    'nobody passes rights on'
);
select is_empty(
    $$ select * from granted
        where privileges ~ 'truncate|references|trigger|maintain|create' $$,
    'nobody but the owner truncates, refers to, watches or makes tables'
);
select is_empty(
    $$ select * from granted
        where grantee in ('eagle_reader', 'eagle_auditor')
          and privileges ~ 'insert|update|delete' $$,
    'who reads does not write'
);
select is_empty(
    $$ select g.*
         from granted as g
         join house_relation as r on r.schema = g.schema
          and r.bare_name = split_part(g.object, ' ', 1)
        where r.placement = 'tenant'
          and g.grantee = 'eagle_operator' $$,
    'an operator has no right on a tenant''s table'
);
select is_empty(
    $$ select f.name, role
         from house_function as f
        cross join unnest(
                  array['eagle_application', 'eagle_reader', 'eagle_auditor', 'eagle_operator']
              ) as role
        where f.is_trigger
          and has_function_privilege(role, f.oid, 'execute') $$,
    'nobody calls a trigger''s function'
);

-- What is made from now on.
select results_eq(
    $$ select defaclnamespace::regnamespace::text, defaclobjtype::text, defaclacl::text
         from pg_default_acl
        where defaclrole = 'eagle_owner'::regrole
        order by 2 $$,
    $$ values
        ('-', 'T', '{eagle_owner=U/eagle_owner}'),
        ('-', 'f', '{eagle_owner=X/eagle_owner}') $$,
    'what the owner makes is granted to nobody until a grant says so'
);
set local role eagle_owner;
create type app.new_type as enum ('one');
create table app.new_table ();
create view app.new_view as select 1 as one;
create function app.new_function() returns integer return 1;
reset role;
select is_empty(
    $$ select * from granted where object like 'new\_%' $$,
    'a new type, table, view or function is granted to nobody'
);

select * from finish();
rollback;
