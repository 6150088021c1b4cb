"""The statement that reads the whole catalogue, put together for a version of the server."""

import functools
import re
from typing import Any

import psycopg
from psycopg import sql

from pgproof.catalogue import attached, relations, routines, whole

SETTINGS = (
    "set local search_path = pg_catalog, pg_temp; set local timezone = 'UTC';"
    " set local datestyle = 'ISO, MDY'; set local intervalstyle = 'postgres';"
    " set local extra_float_digits = 1; set local bytea_output = 'hex';"
    # Compiling, and trying other orders of joins, would take longer than the statement.
    " set local jit = off; set local join_collapse_limit = 1;"
)
"""What the texts depend on, for one transaction: every name outside pg_catalog is qualified."""

MAJOR = 10000
"""What the number of a version is divided by, to get its first part."""
_NAMED_CONSTRAINTS = 180000
"""The version from which NOT NULL has a name, and may be not valid."""
_NOT_NULL = {
    False: "nullif(a.attnotnull, false)::text",
    True: """case when a.attnotnull then coalesce((
               select concat_ws(', ', 'true',
                          case when not k.convalidated then 'not valid' end,
                          case when k.connoinherit then 'no inherit' end,
                          case when k.conname <> c.relname || '_' || a.attname || '_not_null'
                                and k.conislocal then k.conname end)
                 from pg_constraint as k
                where k.conrelid = c.oid and k.contype = 'n' and k.conkey = array[a.attnum]),
               'true') end""",
}
_MACROS = {
    # Below are the server's own objects.
    "own": "oid >= 16384 and {0} not in (select oid from pg_namespace"
    " where nspname in ('pg_toast', {{ledger}}))",
    "sorted": '(select jsonb_agg(one order by one collate "C") from unnest({0}) as one)',
    "labels": "(select jsonb_object_agg(provider, label) from pg_seclabel"
    " where (classoid, objoid, objsubid) = ('{0}'::regclass, {1}, {2}))",
    # null where they are the default ones: all of the owner, and those of everybody.
    "privileges": "case when {0} is not null then"
    " nullif($granted({0}, {1}, {2}), $granted(acldefault({1}, {2}), {1}, {2})) end",
    "granted": """(
        select jsonb_agg(words || ' to ' || who || option
                         order by words || ' to ' || who || option collate "C")
          from (select case g.grantee when 0 then 'public'
                            else quote_ident(pg_get_userbyid(g.grantee)) end as who,
                       case when g.is_grantable and g.grantee <> {2}
                            then ' with grant option' else '' end as option,
                       case when count(*) = (
                                select count(*) from aclexplode(acldefault({1}, {2})) as o
                                 where o.grantee = {2})
                            then 'all'
                            else string_agg(lower(g.privilege_type), ', '
                                            order by g.privilege_type collate "C") end as words
                  from aclexplode({0}) as g
                 group by g.grantee, g.is_grantable) as by_role)""",
}
_PART = """
select kind::text, name::text, jsonb_strip_nulls(definition), age
  from ($query) as one (kind, name, definition, age)
"""
_LETTER = re.compile("[a-zA-Z]")
_MACRO = re.compile(r"\$(\w+)\(((?:[^()]|\([^()]*\))*)\)")
_WITH = """
with spaces as materialized (
    -- Of ledgers, also of other projects', a schema has nothing else.
    select oid, xmin, nspname, nspowner, nspacl
      from pg_namespace as n
     where nspname !~ '^pg_'
       and nspname <> all (array['information_schema', {ledger}])
       and (select count(*) from pg_class as c
             where c.relnamespace = n.oid
               and c.relname in ('_yoyo_migration', 'migration_files', 'journal', 'repeatables')
           ) < 4
), members as materialized (
    -- Of extensions; and what a range type has of itself.
    select classid, objid
      from pg_depend
     where deptype = 'e'
        or (deptype = 'i' and refclassid = 'pg_type'::regclass
            and classid in ('pg_proc'::regclass, 'pg_cast'::regclass))
), present (kind, name, definition, age) as (
"""


_QUERIES = (*relations.QUERIES, *attached.QUERIES, *routines.QUERIES, *whole.QUERIES)


def text(connection: psycopg.Connection[Any], ledger_schema: str) -> str:
    """Return a WITH clause that ends in the table `present`, of the database as it is.

    Its columns are kind, name, definition (jsonb) and age, which counts transactions since the
    object was last written. Objects of the ledger's schema are left out, and so are the queries
    of kinds that the database has none of: to plan them all takes longer than to run them.
    Writes nothing. The SETTINGS are in effect.
    """
    found = connection.execute(_conditions(ledger_schema).encode()).fetchone()
    version = connection.info.server_version
    return _text(version >= _NAMED_CONSTRAINTS, ledger_schema, tuple(found or ()))


@functools.cache
def _conditions(ledger_schema: str) -> str:
    ledger = sql.Literal(ledger_schema).as_string()
    conditions = (_expanded(condition) for _, condition in _QUERIES)
    return f"select {', '.join(conditions)}".replace("{ledger}", ledger)


@functools.cache
def _text(has_named_constraints: bool, ledger_schema: str, wanted: tuple[bool, ...]) -> str:
    not_null = _NOT_NULL[has_named_constraints]
    queries = (query for (query, _), is_wanted in zip(_QUERIES, wanted, strict=True) if is_wanted)
    parts = (_expanded(query.replace("$not_null", not_null)) for query in queries)
    ledger = sql.Literal(ledger_schema).as_string()
    return _WITH.replace("{ledger}", ledger) + " union all ".join(map(_part, parts)) + ")"


def _part(query: str) -> str:
    return _PART.replace("$query", query)


def _expanded(query: str) -> str:
    """Return a query with its macros written out, also those inside of others."""
    while "$" in query:
        query = _MACRO.sub(_macro, query)
    return query


def _macro(found: re.Match[str]) -> str:
    name, given = found.groups()
    arguments = (one.strip() for one in re.split(r",(?![^()]*\))", given))
    quoted = (f"'{one}'" if _LETTER.fullmatch(one) else one for one in arguments)
    return _MACROS[name].format(*quoted)
