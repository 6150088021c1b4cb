begin;
select plan(10);
\ir house.psql

select is_empty(
    $$ select distinct name from house_relation as r
        where is_table
          and not has_row_security
          and exists (
                  select from house_column as c
                   where c.oid = r.oid and c.column_name in ('account_id', 'project_id')
              ) $$,
    'every table and partition that holds an account has row security'
);
select is_empty(
    $$ select name from house_relation
        where is_table and schema = 'app' and not has_row_security $$,
    'every table and partition of the schema of the tenants has row security'
);
select is_empty(
    $$ select name from house_relation as r
        where is_table
          and not is_partition
          and has_row_security
          and not exists (select from pg_policy as p where p.polrelid = r.oid) $$,
    'every table with row security has a policy'
);
select is_empty(
    $$ select r.name, p.polname
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
        where r.is_partition $$,
    'a policy stands on a table, not on a partition, which nobody reaches'
);
select is_empty(
    $$ select r.name, p.polname
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
        where coalesce(pg_get_expr(p.polqual, p.polrelid), '(account_id = app.current_account_id())')
              <> '(account_id = app.current_account_id())'
          and p.polroles <> array[to_regrole('eagle_auditor')::oid]
           or coalesce(
                  pg_get_expr(p.polwithcheck, p.polrelid), '(account_id = app.current_account_id())'
              ) <> '(account_id = app.current_account_id())' $$,
    'a policy compares the account; only an auditor sees more than one'
);
select is_empty(
    $$ select r.name, p.polname
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
        where (p.polqual::text || coalesce(p.polwithcheck::text, '')) ~ 'SUBLINK' $$,
    'no policy asks another table'
);
select is_empty(
    $$ select r.name, p.polname
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
        where 0::oid = any (p.polroles) $$,
    'every policy names its roles'
);
select is_empty(
    $$ select r.name, role
         from house_relation as r
        cross join unnest(array['eagle_application', 'eagle_reader']) as role
        where r.is_partition
          and has_any_column_privilege(role, r.oid, 'select, insert, update, references') $$,
    'no tenant''s role reaches a partition by its name'
);
select is_empty(
    $$ select distinct c.name, role
         from house_column as c
        cross join unnest(array['eagle_application', 'eagle_reader']) as role
        where c.column_name = 'account_id'
          and c.kind in ('v', 'm')
          and has_any_column_privilege(role, c.oid, 'select')
          and not (
                  c.kind = 'v'
                  and coalesce(c.options, '{}')
                      && array['security_barrier=true', 'security_invoker=true']
                  and pg_get_viewdef(c.oid) ~ 'account_id = app\.current_account_id\(\)'
              ) $$,
    'what a tenant''s role reads beside tables shows the account of the transaction only'
);

-- Row security must not be what keeps the planner from an index on the account.
select ok(
    (select proleakproof from pg_proc where oid = 'uuid_eq'::regproc),
    'comparing accounts gives nothing away, so that indexes serve behind row security'
);

select * from finish();
rollback;
