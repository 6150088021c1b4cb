-- Refuse a policy for a table of another owner: partitions are created as the owner.
create function ops.check_partition_policy()
    returns trigger
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
begin
    perform ops.require_own_relation(new.relation);
    return new;
end
$function$;
comment on function ops.check_partition_policy() is
    'Trigger: refuses a partition policy for a table that is not the owner''s.';
