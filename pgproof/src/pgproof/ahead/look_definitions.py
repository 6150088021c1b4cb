"""Reading the definitions of functions, views and policies, and rights. SELECT alone."""

import psycopg

from pgproof.ahead.definitions import Definitions, lines
from pgproof.ahead.looking import looking
from pgproof.connection import Connection

_FUNCTIONS = """
select n.nspname::text, p.proname::text, p.proargtypes::bigint[], l.lanname::text,
       case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
       case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
       p.prosecdef, p.proisstrict, p.proleakproof, coalesce(p.proconfig, '{}'), p.prosrc
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_language as l on l.oid = p.prolang
 where p.oid >= 16384
   and p.prokind in ('f', 'p')
   and p.prosqlbody is null
   and l.lanname not in ('c', 'internal')
"""
_VIEWS = """
select c.oid::bigint, 'create view ' || c.oid::regclass || E' as\n' || pg_get_viewdef(c.oid)
  from pg_catalog.pg_class as c
 where c.relkind = 'v' and c.oid >= 16384
"""
_POLICIES = """
select p.polrelid::bigint, p.polname::text,
       format(
           E'create policy %I on %s\n    as %s\n    for %s\n    to %s',
           p.polname, p.polrelid::regclass,
           case when p.polpermissive then 'permissive' else 'restrictive' end,
           case p.polcmd
               when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
               when 'd' then 'delete' else 'all'
           end,
           (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ')
              from unnest(p.polroles) as r))
       || coalesce(E'\n    using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
       || coalesce(E'\n    with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
  from pg_catalog.pg_policy as p
"""
_RIGHTS = """
select c.oid::bigint,
       lower(a.privilege_type) || ' to '
       || case a.grantee when 0 then 'public' else pg_get_userbyid(a.grantee)::text end
       || case when a.is_grantable then ' with grant option' else '' end
  from pg_catalog.pg_class as c
 cross join lateral aclexplode(coalesce(
           c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)
       )) as a
 where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.oid >= 16384
"""


def look(connection: Connection, search_path: str) -> Definitions | None:
    """Return the present definitions; None while a table of one is locked. Writes nothing."""
    try:
        with looking(connection, search_path):
            functions = {}
            for row in connection.execute(_FUNCTIONS).fetchall():
                schema, name, arguments, language, volatility, parallel, *flags, settings, body = (
                    row
                )
                named = dict(zip(("security", "strict", "leakproof"), flags, strict=True))
                functions[schema, name, tuple(arguments)] = lines(
                    language, volatility, parallel, named, settings, body
                )
            views = {oid: text.splitlines() for oid, text in connection.execute(_VIEWS)}
            policies = {
                (table, name): text.splitlines()
                for table, name, text in connection.execute(_POLICIES)
            }
            rights: dict[int, set[str]] = {}
            for oid, right in connection.execute(_RIGHTS):
                rights.setdefault(oid, set()).add(right)
    except psycopg.errors.LockNotAvailable:
        return None
    return Definitions(functions, views, policies, rights)
