-- The policies that keep accounts apart, each with what it says and what it has to say.
--
--     select relation, policy from ops.tenant_policies() where is_as_wanted is not true;
--     -- (no rows)
--
-- What comes first in a policy matters. PostgreSQL evaluates a query's own conditions before a
-- policy if they are leakproof and cheaper, and what it evaluates, a query can observe: it runs a
-- sub-select, once, as soon as a row of any account gets that far. So a policy begins with a
-- comparison that nothing is cheaper than (sql/superuser.sql gives it the cost 0) of the column
-- with a value that is computed once; `=` beside it is what an index serves. A restrictive policy
-- would be evaluated before all this, and is never as wanted.
--
-- Citus allows no sub-select in a policy of a distributed table: there the account is compared only.
--
create function ops.tenant_policies()
    returns table (
        relation      regclass,
        policy        text,
        condition     text,
        row_check     text,
        wanted        text,
        wanted_check  text,
        is_as_wanted  boolean
    )
    language sql
    stable
    security invoker
begin atomic
    with form as (
        select
            case
                when exists (select from pg_catalog.pg_extension where extname = 'citus')
                then '(account_id = app.current_account_id())'
                else '((account_id OPERATOR(app.===)'
                     ' ( SELECT app.current_account_id() AS current_account_id))'
                     ' AND (account_id = app.current_account_id()))'
            end as condition,
            '(account_id = app.current_account_id())' as row_check
    )

    select
        p.polrelid::regclass,
        p.polname::text,
        q.condition,
        q.row_check,
        f.condition,
        f.row_check,
        p.polpermissive
        and coalesce(q.condition, f.condition) = f.condition
        and coalesce(q.row_check, f.row_check) = f.row_check
      from pg_catalog.pg_policy as p
      join ops.table_placements as t on pg_catalog.to_regclass(t.relation) = p.polrelid
     cross join form as f
     cross join lateral (
               select
                   pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                   pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
           ) as q (condition, row_check)
     where t.placement = 'tenant'
       and p.polroles && array[
               0::oid,
               pg_catalog.to_regrole('eagle_application')::oid,
               pg_catalog.to_regrole('eagle_reader')::oid
           ]
     order by p.polrelid::regclass::text, p.polname;
end;
comment on function ops.tenant_policies() is
    'The policies that keep accounts apart, what they say, and what they have to say.';
