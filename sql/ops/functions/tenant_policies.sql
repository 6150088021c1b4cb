-- The policies that isolate accounts, each with its current and its required expression.
--
--     select relation, policy from ops.tenant_policies() where is_as_wanted is not true;
--     -- (no rows)
--
-- The first condition of a policy matters. PostgreSQL evaluates conditions of a query before those
-- of a policy if they are leakproof and cheaper, and a query can observe their evaluation: a
-- sub-select is run once, as soon as a row of any account needs it. Therefore a policy begins with
-- a comparison of the lowest cost (sql/superuser.sql sets it to 0) of the column with a value that
-- is computed once; an index can use the `=` beside it. A restrictive policy would be evaluated
-- before all this, and is always reported.
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
