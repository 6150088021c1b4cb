-- Create the policies that isolate accounts as ops.tenant_policies() requires; return how many.
--
--     select ops.isolate();
--     -- 0
--
-- A policy file contains `account_id = app.current_account_id()`, which every server accepts. This
-- function replaces it by a form that prevents leaks through the planner, and runs after every
-- migration.
--
create function ops.isolate()
    returns integer
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    -- As writers lock them, so that they and this do not wait for each other.
    lock_order constant text[] := array[
        'app.project_payloads', 'app.projects', 'app.project_events', 'app.project_totals'
    ];
    one        record;
    written    integer := 0;
begin
    for one in
        select *
          from ops.tenant_policies() as p
         where p.is_as_wanted is not true
         order by array_position(lock_order, p.relation::text), p.relation::text, p.policy
    loop
        if one.condition is not null then
            execute format('alter policy %I on %s using (%s)', one.policy, one.relation, one.wanted);
        end if;
        if one.row_check is not null then
            execute format(
                'alter policy %I on %s with check (%s)', one.policy, one.relation, one.wanted_check
            );
        end if;
        written := written + 1;
    end loop;
    return written;
end
$function$;
comment on function ops.isolate() is
    'Writes the policies that keep accounts apart in the form that the planner cannot get around.';
