-- Find a table by its name, for a function that runs as the owner: a permanent table of the schemas
-- app, catalog and ops with the owner of the schema ops. A table of another owner may contain code,
-- in defaults and index expressions, which would run as the owner.
--
--     select ops.require_own_relation('app.project_events');
--     -- app.project_events
--
create function ops.require_own_relation(relation text)
    returns regclass
    language plpgsql
    stable
    security invoker
    set search_path = pg_catalog, pg_temp
    set quote_all_identifiers = off
as $function$
declare
    found oid;
begin
    select c.oid into found
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      join pg_namespace as house on house.nspname = 'ops'
     where n.nspname in ('app', 'catalog', 'ops')
       and format('%I.%I', n.nspname, c.relname) = require_own_relation.relation
       and c.relkind in ('r', 'p')
       and c.relpersistence in ('p', 'u')
       and c.relowner = house.nspowner;
    if found is null then
        raise exception using
            errcode = 'ES209',
            message = format('%s is not a table of this database''s owner', require_own_relation.relation),
            hint    = 'Give the name with its schema, app, catalog or ops, as ops.partitions writes it.';
    end if;
    return found;
end
$function$;
comment on function ops.require_own_relation(text) is
    'Finds a table of the owner by its name; refuses any other''s.';
