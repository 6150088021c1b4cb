"""The functions and procedures of a database, and calls of them."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from psycopg.rows import namedtuple_row

from pgproof.compat.statements import Statement
from pgproof.connection import Connection

_FUNCTIONS = """
select p.oid::bigint, n.nspname::text as schema, p.proname::text as name,
       l.lanname::text as language,
       case when p.prosqlbody is null then p.prosrc else '' end as source,
       p.prokind::text as kind, p.prosecdef as definer, r.rolname::text as owner,
       coalesce(p.proconfig, '{}')::text[] as settings,
       p.prorettype::regtype::text as result, p.proretset as returns_set,
       p.pronargdefaults::integer as defaults, p.provariadic <> 0 as variadic,
       coalesce(p.proargnames, '{}')::text[] as names,
       coalesce(p.proargmodes::text[], array_fill('i'::text, array[p.pronargs])) as modes,
       array(select pg_catalog.format_type(t, null)
               from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
                    with ordinality as a (t, place)
              order by place) as types,
       array(select c.oid::regclass::text || ' ' || c.relname || ' ' || t.tgtype
               from pg_catalog.pg_trigger as t
               join pg_catalog.pg_class as c on c.oid = t.tgrelid
              where t.tgfoid = p.oid and t.tgparentid = 0 and t.tgenabled <> 'D') as triggers
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
  join pg_catalog.pg_language as l on l.oid = p.prolang
  join pg_catalog.pg_roles as r on r.oid = p.proowner
 where n.nspname not in ('pg_catalog', 'information_schema')
   and p.prokind in ('f', 'p')
   and not exists (select from pg_catalog.pg_depend as d
                    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
 order by 2, 3, 1
"""
_MAY = """
select p.oid::bigint
  from pg_catalog.pg_proc as p
  join pg_catalog.pg_roles as r on r.rolname = %s
 where pg_catalog.has_function_privilege(r.oid, p.oid, 'execute')
   and pg_catalog.has_schema_privilege(r.oid, p.pronamespace, 'usage')
"""


def calls(
    connection: Connection, patterns: Sequence[str], role: str | None
) -> dict[str, list[Statement]]:
    """Return calls of the functions that each pattern as `shop.*` matches and the role may call.

    Each is called with all its parameters by name, and with those that have no default.
    """
    if not patterns:
        return {}
    found = [one for one in functions(connection) if one.result not in ("trigger", "event_trigger")]
    if role:
        may = {row[0] for row in connection.execute(_MAY.encode(), [role]).fetchall()}
        found = [one for one in found if one.oid in may]
    return {
        pattern: [
            call
            for one in found
            if fnmatchcase(f"{one.schema}.{one.name}", pattern)
            for call in _calls(one)
        ]
        for pattern in patterns
    }


def _calls(function: Any) -> Iterator[Statement]:
    names = function.names or [""] * len(function.types)
    given = [
        (name, type_, mode)
        for name, type_, mode in zip(names, function.types, function.modes, strict=True)
        if mode in ("i", "b", "v") or (mode == "o" and function.kind == "p")
    ]
    columns = sum(mode in ("o", "b", "t") for mode in function.modes)
    for count in sorted({len(given), len(given) - function.defaults}, reverse=True):
        arguments = ", ".join(
            _argument(number, *one) for number, one in enumerate(given[:count], start=1)
        )
        name = f'"{function.schema}"."{function.name}"'
        if function.kind == "p":
            text = f"call {name}({arguments})"
        elif function.result == "record" and not columns:
            text = f"select {name}({arguments})"
        else:
            text = f"select * from {name}({arguments})"  # noqa: S608 - names of the server
        label = f"{function.schema}.{function.name}()"
        yield Statement(label, f"{count} parameters", text)


def _argument(number: int, name: str, type_: str, mode: str) -> str:
    value = "null" if mode == "o" else f"${number}::{type_}"
    marked = f"variadic {value}" if mode == "v" and not name else value
    return f'"{name}" => {marked}' if name and mode != "v" else marked


def functions(connection: Connection) -> list[Any]:
    """Return what is no extension's, by schema and name. Writes nothing."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(_FUNCTIONS.encode()).fetchall()
