"""A database's catalogue and data as text, to be compared with another's."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tooling.errors import ToolingError

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


def catalog(
    conninfo: str,
    *,
    exclude_schemas: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    pg_dump: Path | None = None,
) -> str:
    """Return the definition of every object, as pg_dump writes it, without its comments.

    Equal databases give equal text. `pg_dump` is by default the embedded one, which reads every
    supported version. Raises ToolingError if it fails.
    """
    program = pg_dump or _embedded_pg_dump()
    excluded = [f"--exclude-schema={name}" for name in exclude_schemas]
    excluded += [f"--exclude-table={name}" for name in exclude_tables]
    done = subprocess.run(  # noqa: S603
        [str(program), "--schema-only", "--no-password", *excluded, f"--dbname={conninfo}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ToolingError(f"pg_dump: {done.stderr.strip()}")
    lines = (line.rstrip() for line in done.stdout.splitlines())
    return "\n".join(
        line for line in lines if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))
    )


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


def _embedded_pg_dump() -> Path:
    from tooling.server.embedded import psql_program

    return psql_program().with_name("pg_dump")
