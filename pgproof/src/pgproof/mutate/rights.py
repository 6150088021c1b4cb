"""Mutants of privileges: one taken away, one given to everybody, one given to another role."""

GRANTS = (
    """
-- What an owner may do goes without saying. A test names a routine without its arguments.
with granted as (
    select 'table' as word, t.name, t.oid, ''::text as part, t.owner, a.grantee, a.privilege_type
      from $tables as t join pg_class as c on c.oid = t.oid
      cross join lateral aclexplode(c.relacl) as a
     where c.relkind <> 'S'
    union all
    select 'sequence', t.name, t.oid, '', t.owner, a.grantee, a.privilege_type
      from $tables as t join pg_class as c on c.oid = t.oid and c.relkind = 'S'
      cross join lateral aclexplode(c.relacl) as a
    union all
    select 'table', t.name, t.oid, format(' (%I)', c.attname), t.owner, a.grantee, a.privilege_type
      from $tables as t join pg_attribute as c on c.attrelid = t.oid
      cross join lateral aclexplode(c.attacl) as a
    union all
    select 'routine', r.name, r.oid, '', r.owner, a.grantee, a.privilege_type
      from $routines as r join pg_proc as p on p.oid = r.oid
      cross join lateral aclexplode(p.proacl) as a
    union all
    select 'type', t.name, t.oid, '', t.owner, a.grantee, a.privilege_type
      from $types as t join pg_type as c on c.oid = t.oid
      cross join lateral aclexplode(c.typacl) as a
    union all
    select 'schema', s.name, s.oid, '', s.owner, a.grantee, a.privilege_type
      from $schemas as s join pg_namespace as n on n.oid = s.oid
      cross join lateral aclexplode(n.nspacl) as a
)
select 'revoke', word || ' ' || name || part,
       lower(privilege_type) || ' from ' || who,
       format('revoke %s%s on %s %s from %s', privilege_type, part, word, name, who),
       oid, array[split_part(name, '(', 1)]
  from granted
  cross join lateral (
           select case grantee when 0 then 'public' else grantee::regrole::text end
       ) as w (who)
 where grantee <> owner
""",
    """
-- Who has a privilege by another way gains nothing by a grant of it.
with objects as (
    select 'table' as word, t.name, t.oid, t.owner, c.relacl as acl, 'r'::"char" as kind,
           case when t.kind in ('r', 'p') then array['SELECT', 'INSERT', 'UPDATE', 'DELETE']
                else array['SELECT'] end as privileges
      from $tables as t join pg_class as c on c.oid = t.oid
     where t.kind in ('r', 'p', 'v', 'm', 'f')
    union all
    select 'sequence', t.name, t.oid, t.owner, c.relacl, 's', array['USAGE']
      from $tables as t join pg_class as c on c.oid = t.oid where t.kind = 'S'
    union all
    select 'routine', r.name, r.oid, r.owner, p.proacl, 'f', array['EXECUTE']
      from $routines as r join pg_proc as p on p.oid = r.oid
    union all
    select 'type', t.name, t.oid, t.owner, c.typacl, 'T', array['USAGE']
      from $types as t join pg_type as c on c.oid = t.oid
    union all
    select 'schema', s.name, s.oid, s.owner, n.nspacl, 'n', array['USAGE', 'CREATE']
      from $schemas as s join pg_namespace as n on n.oid = s.oid
), effective as (
    select o.*, a.grantee, a.privilege_type
      from objects as o
      cross join lateral aclexplode(coalesce(o.acl, acldefault(o.kind, o.owner))) as a
), grantees as (
    select distinct grantee from effective where grantee <> 0 and grantee <> owner
)
select 'grant', o.word || ' ' || o.name, lower(p) || ' to public',
       format('grant %s on %s %s to public', p, o.word, o.name), o.oid,
       array[split_part(o.name, '(', 1)]
  from objects as o cross join unnest(o.privileges[1:1]) as p
 where not exists (select from effective as e
                    where (e.word, e.oid, e.privilege_type, e.grantee) = (o.word, o.oid, p, 0))
union all
(select distinct on (o.word, o.name, p)
       'grant', o.word || ' ' || o.name, lower(p) || ' to ' || g.grantee::regrole,
       format('grant %s on %s %s to %s', p, o.word, o.name, g.grantee::regrole), o.oid,
       array[split_part(o.name, '(', 1)]
  from objects as o cross join unnest(o.privileges) as p cross join grantees as g
  join pg_roles as r on r.oid = g.grantee
 where not r.rolsuper and g.grantee <> o.owner
   and not exists (select from effective as e
                    where (e.word, e.oid, e.privilege_type) = (o.word, o.oid, p)
                      and (e.grantee = 0 or pg_has_role(g.grantee, e.grantee, 'USAGE')))
 order by o.word, o.name, p, r.rolname)
""",
)
