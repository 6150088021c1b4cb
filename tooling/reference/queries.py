"""The questions that the schema page asks of the catalogue, by what they return.

%(schemas)s are names, %(relations)s oids. Names sort by byte, as the type `name` does.
"""

QUERIES = {
    "schemas": """
        select n.nspname as name,
               obj_description(n.oid, 'pg_namespace') as comment,
               array(
                   select pg_get_userbyid(x.grantee)
                     from aclexplode(n.nspacl) as x
                    where x.grantee not in (0, n.nspowner)
                      and x.privilege_type = 'USAGE'
                    order by 1
               ) as roles
          from pg_namespace as n
         where n.nspname = any (%(schemas)s)
         order by n.nspname
    """,
    "enums": """
        select n.nspname as schema,
               t.typname as name,
               obj_description(t.oid, 'pg_type') as comment,
               array_agg(e.enumlabel order by e.enumsortorder) as labels
          from pg_type as t
          join pg_namespace as n on n.oid = t.typnamespace
          join pg_enum as e on e.enumtypid = t.oid
         where n.nspname = any (%(schemas)s)
         group by n.nspname, t.oid
         order by n.nspname, t.typname
    """,
    "relations": """
        select c.oid as relation,
               n.nspname as schema,
               c.relname as name,
               c.relkind::text as kind,
               c.relrowsecurity as is_secured,
               obj_description(c.oid, 'pg_class') as comment,
               pg_get_partkeydef(c.oid) as partition_key
          from pg_class as c
          join pg_namespace as n on n.oid = c.relnamespace
         where n.nspname = any (%(schemas)s)
           and c.relkind in ('r', 'p', 'v', 'm')
           and not c.relispartition
         order by n.nspname, c.relname
    """,
    "partitions": """
        select i.inhparent as relation,
               c.relname as name,
               pg_get_expr(c.relpartbound, c.oid) as bounds
          from pg_inherits as i
          join pg_class as c on c.oid = i.inhrelid
          join pg_partitioned_table as p on p.partrelid = i.inhparent
         where i.inhparent = any (%(relations)s)
           and p.partstrat = 'l'
         order by c.relname
    """,
    "columns": """
        select a.attrelid as relation,
               a.attname as name,
               format_type(a.atttypid, a.atttypmod) as type,
               a.attnotnull as is_required,
               a.attgenerated <> '' as is_generated,
               pg_get_expr(d.adbin, d.adrelid) as value,
               col_description(a.attrelid, a.attnum) as comment
          from pg_attribute as a
          left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where a.attrelid = any (%(relations)s)
           and a.attnum > 0
           and not a.attisdropped
         order by a.attnum
    """,
    "constraints": """
        select c.conrelid as relation,
               c.conname as name,
               c.contype::text as kind,
               c.confrelid as target,
               pg_get_constraintdef(c.oid, true) as definition,
               array(
                   select a.attname
                     from unnest(c.conkey) with ordinality as k (number, place)
                     join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.number
                    order by k.place
               ) as columns
          from pg_constraint as c
         where c.conrelid = any (%(relations)s)
           and c.contype in ('p', 'u', 'f', 'x', 'c')
           and c.conparentid = 0
         order by array_position('{p,u,x,f,c}', c.contype::text), c.conname
    """,
    "indexes": """
        select i.indrelid as relation,
               c.relname as name,
               pg_get_indexdef(i.indexrelid) as definition
          from pg_index as i
          join pg_class as c on c.oid = i.indexrelid
         where i.indrelid = any (%(relations)s)
           and not exists (
                   select
                     from pg_constraint as k
                    where k.conindid = i.indexrelid
                      and k.contype in ('p', 'u', 'x')
               )
         order by c.relname
    """,
    "triggers": """
        select t.tgrelid as relation,
               t.tgname as name,
               pg_get_triggerdef(t.oid) as definition
          from pg_trigger as t
         where t.tgrelid = any (%(relations)s)
           and not t.tgisinternal
         order by t.tgname
    """,
    "policies": """
        select p.polrelid as relation,
               p.polname as name,
               p.polcmd::text as command,
               array(
                   select pg_get_userbyid(r.id) from unnest(p.polroles) as r (id) order by 1
               ) as roles,
               pg_get_expr(p.polqual, p.polrelid) as visible,
               pg_get_expr(p.polwithcheck, p.polrelid) as accepted,
               obj_description(p.oid, 'pg_policy') as comment
          from pg_policy as p
         where p.polrelid = any (%(relations)s)
         order by p.polname
    """,
    "grants": """
        with grants (relation, owner, grantee, privilege, number, column_name) as (
            select c.oid, c.relowner, x.grantee, x.privilege_type, 0, null::name
              from pg_class as c
             cross join lateral aclexplode(c.relacl) as x
            union all
            select c.oid, c.relowner, x.grantee, x.privilege_type, a.attnum, a.attname
              from pg_class as c
              join pg_attribute as a on a.attrelid = c.oid
             cross join lateral aclexplode(a.attacl) as x
        )
        select g.relation,
               case when g.grantee = 0 then 'public' else pg_get_userbyid(g.grantee) end as role,
               lower(g.privilege) as privilege,
               array_remove(array_agg(g.column_name order by g.number), null) as columns
          from grants as g
         where g.relation = any (%(relations)s)
           and g.grantee <> g.owner
         group by g.relation, g.grantee, g.privilege
         order by role, privilege
    """,
    "functions": """
        select n.nspname as schema,
               p.proname as name,
               array(
                   select concat_ws(
                              ' ',
                              p.proargnames[i],
                              format_type(p.proargtypes[i - 1], null),
                              'default ' || pg_get_function_arg_default(p.oid, i)
                          )
                     from generate_series(1, p.pronargs) as i
                    order by i
               ) as arguments,
               pg_get_function_result(p.oid) as result,
               p.provolatile::text as volatility,
               p.prosecdef as is_definer,
               obj_description(p.oid, 'pg_proc') as comment,
               array(
                   select case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee) end
                     from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x
                    where x.grantee <> p.proowner
                    order by 1
               ) as roles
          from pg_proc as p
          join pg_namespace as n on n.oid = p.pronamespace
         where n.nspname = any (%(schemas)s)
         order by n.nspname, p.proname, pg_get_function_identity_arguments(p.oid) collate "C"
    """,
    "roles": """
        select r.rolname as name,
               -- What its sessions begin with depends on the server's version.
               split_part(shobj_description(r.oid, 'pg_authid'), ' Sessions begin with ', 1)
                   as comment,
               r.rolcanlogin as can_login
          from pg_roles as r
         where r.rolname = any (%(roles)s)
         order by r.rolname
    """,
}
