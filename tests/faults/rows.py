"""The rows of a database as hashes, to be compared with those of another run."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

_TABLES = """
select n.nspname, c.relname,
       coalesce(array_agg(a.attname order by a.attname) filter (where a.attname is not null), '{}')
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute as a
    on a.attrelid = c.oid
   and a.attnum > 0
   and not a.attisdropped
   and a.attidentity = ''
   and not exists (
           select
             from pg_catalog.pg_attrdef as d
             join pg_catalog.pg_depend as p on p.classid = 'pg_attrdef'::regclass
                                           and p.objid = d.oid
             join pg_catalog.pg_proc as f on p.refclassid = 'pg_proc'::regclass
                                         and f.oid = p.refobjid
            where d.adrelid = a.attrelid and d.adnum = a.attnum and f.provolatile = 'v')
   and not exists (
           select
             from pg_catalog.pg_attrdef as d
            where d.adrelid = a.attrelid
              and d.adnum = a.attnum
              and pg_get_expr(d.adbin, d.adrelid)
                  ~ '(now|clock_timestamp|gen_random_uuid|nextval|random)\\(|CURRENT_')
 where c.relkind in ('r', 'm')
   and n.nspname !~ '^pg_'
   and n.nspname <> 'information_schema'
   and n.nspname <> all (%s)
 group by 1, 2
 order by 1, 2
"""


def data(
    connection: psycopg.Connection[Any],
    *,
    exclude_schemas: Sequence[str] = (),
    exclude_columns: Sequence[str] = (),
) -> dict[str, tuple[int, str]]:
    """Return rows and a hash of the rows of each table and materialized view.

    Columns that no two runs fill alike are left out of the hash: identities, defaults that are
    volatile or the time, and those of `exclude_columns`, as `schema.table.column`.
    """
    found: dict[str, tuple[int, str]] = {}
    for schema, table, columns in connection.execute(_TABLES, [list(exclude_schemas)]).fetchall():
        kept = [one for one in columns if f"{schema}.{table}.{one}" not in exclude_columns]
        row = sql.SQL("row({})").format(sql.SQL(", ").join(map(sql.Identifier, kept)))
        query = sql.SQL(
            "select count(*), coalesce(md5(string_agg({row}::text, '|' order by {row}::text)), '')"
            " from {table}"
        ).format(row=row, table=sql.Identifier(schema, table))
        counted = connection.execute(query).fetchone()
        found[f"{schema}.{table}"] = counted if counted is not None else (0, "")
    return found
