begin;
select plan(12);
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
        where p.polroles <> array[to_regrole('eagle_auditor')::oid]
          and not exists (
                  select from ops.tenant_policies() as t
                   where t.relation = p.polrelid and t.policy = p.polname and t.is_as_wanted
              ) $$,
    'a policy compares the account; only an auditor sees more than one'
);
select is_empty(
    $$ select r.name, p.polcmd, role::regrole, count(*)
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
        cross join unnest(p.polroles) as role
        group by r.name, p.polcmd, role
       having count(*) > 1 $$,
    'a role has one policy a command: two would be joined by OR, and cost more than either'
);
select is_empty(
    $$ select r.name, p.polname, d.refobjid::regclass
         from pg_policy as p
         join house_relation as r on r.oid = p.polrelid
         join pg_depend as d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
        where d.refclassid = 'pg_class'::regclass
          and d.refobjid <> p.polrelid $$,
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
                  -- What row security of the table below does not do, the view itself must.
                  and (
                          c.options @> array['security_invoker=true']
                          or pg_get_viewdef(c.oid)
                              ~ 'WHERE \(\(account_id OPERATOR\(app\.===\) \( SELECT app\.current_account_id\(\)'
                      )
              ) $$,
    'what a tenant''s role reads beside tables shows the account of the transaction only'
);

-- Row security must not be what keeps the planner from an index on the account.
select ok(
    (select proleakproof from pg_proc where oid = 'uuid_eq'::regproc),
    'comparing accounts gives nothing away, so that indexes serve behind row security'
);
select is(
    (select procost from pg_proc where oid = 'uuid_eq'::regproc), 0::real,
    'nothing costs less than comparing accounts, so that nothing is evaluated before it'
);

select * from finish();
rollback;
