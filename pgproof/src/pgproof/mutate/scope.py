"""Which objects are mutated: those of the schema itself, not of extensions nor of a ledger."""

import re
from typing import Any

from psycopg import sql

from pgproof.connection import Connection

_SCHEMAS = """(
    select n.oid, quote_ident(n.nspname) as name, n.nspowner as owner
      from pg_namespace as n
     where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
       and n.nspname <> all ({ledgers})
       -- pgTAP itself, where it was not installed as an extension.
       and (n.nspname = 'public' or not exists (
               select from pg_proc as p
                where p.pronamespace = n.oid and p.proname = 'throws_ok'))
       and not exists (select from pg_depend as d
                        where (d.classid, d.objid, d.deptype)
                              = ('pg_namespace'::regclass, n.oid, 'e')))"""
_FREE = r"""not exists (select from pg_depend as d
                        where (d.classid, d.objid, d.deptype) = ('\1'::regclass, \2, 'e'))"""
TABLES = """(
    select c.oid, c.oid::regclass::text as name, c.relkind as kind, c.relowner as owner
      from pg_class as c
      join $schemas as s on s.oid = c.relnamespace
     -- A partition is as its table.
     where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not c.relispartition
       and $free(pg_class, c.oid))"""
ROUTINES = """(
    select p.oid, p.oid::regprocedure::text as name, quote_ident(p.proname) as bare,
           p.proowner as owner, p.prokind as kind, p.prolang as language
      from pg_proc as p
      join $schemas as s on s.oid = p.pronamespace
     where p.prokind in ('f', 'p') and $free(pg_proc, p.oid))"""
TYPES = """(
    select t.oid, t.oid::regtype::text as name, t.typtype as kind, t.typowner as owner
      from pg_type as t
      join $schemas as s on s.oid = t.typnamespace
     where t.typtype in ('e', 'd', 'r') and $free(pg_type, t.oid))"""
_CALLED = re.compile(r"\$free\((\w+), ([\w.]+)\)")
ALL = {"tables": TABLES, "routines": ROUTINES, "types": TYPES, "schemas": _SCHEMAS}


def texts(connection: Connection, query: str, ledgers: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return the rows of a query in which `$tables` and the like stand for what is mutated."""
    for name, text in ALL.items():
        query = query.replace(f"${name}", text)
    query = _CALLED.sub(_FREE, query)
    # An array of names, and no parameter: percent signs are the query's own.
    names = sql.SQL("array[{}]::name[]").format(sql.SQL(", ").join(map(sql.Literal, ledgers)))
    found = query.replace("{ledgers}", names.as_string(connection))
    return connection.execute(found.encode()).fetchall()
