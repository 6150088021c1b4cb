-- Revoke every privilege on a schema and its objects from public and the roles of sql/roles.sql.
--
--     select ops.revoke_grants('ops');
--
-- The privileges of roles are granted afterwards, in the same transaction. The owner keeps its own.
--
create function ops.revoke_grants(schema name)
    returns void
    language plpgsql
    volatile
    security invoker
    set search_path = pg_catalog, pg_temp
as $function$
declare
    grantees constant text := concat_ws(
        ', ',
        'public',
        (
            select string_agg(format('%I', r.rolname), ', ' order by r.rolname)
              from pg_roles as r
             where r.rolname like 'eagle\_%'
               and r.rolname <> 'eagle_owner'
        )
    );
    type     text;
begin
    execute format('revoke all on schema %I from %s', revoke_grants.schema, grantees);
    execute format('revoke all on all tables in schema %I from %s', revoke_grants.schema, grantees);
    execute format('revoke all on all functions in schema %I from %s', revoke_grants.schema, grantees);
    for type in
        select format('%I.%I', revoke_grants.schema, t.typname)
          from pg_type as t
         where t.typnamespace = to_regnamespace(quote_ident(revoke_grants.schema))
           and t.typtype in ('d', 'e', 'r')
         order by t.typname
    loop
        execute format('revoke all on type %s from %s', type, grantees);
    end loop;
end
$function$;
comment on function ops.revoke_grants(name) is
    'Takes away every right on a schema, from everyone and from the roles of the product.';
