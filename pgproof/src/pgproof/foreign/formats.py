"""The formats that can be imported: how each is read, and where its tool says what is applied."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pgproof.foreign import alembic, flyway, graphile, halves, pairs, sqitch
from pgproof.foreign.original import Originals


@dataclass(frozen=True)
class Format:
    """A format; `query` reads its tool's `table` and returns keys, each with a word.

    With `checksum`, which the tool keeps of a file's bytes, a third column has what it was.

    The words: `applied`; `undone`; `up to` (all up to this one); `from` (likewise, but it need
    have no file); `head` (it and all it comes after); any other is why nothing can be adopted.
    `columns` tell the table from those of other tools, and `without` is a column of those.
    """

    title: str
    read: Callable[[Path], Originals]
    table: str
    columns: tuple[str, ...]
    query: str
    without: str = ""
    normal: Callable[[str], str] = str
    checksum: Callable[[bytes], str] | None = None


_GOOSE = """
select version_id::text, case when is_applied then 'applied' else 'undone' end
  from (select distinct on (version_id) version_id, is_applied
          from {table}
         where version_id <> 0
         order by version_id, id desc) as latest
"""
_FLYWAY = """
select coalesce(version, script),
       case when not success then 'failed'
            when type like 'UNDO%%' or type = 'DELETE' then 'undone'
            when type = 'BASELINE' then 'from'
            else 'applied'
       end,
       case when type = 'SQL' then checksum::text end
  from (select distinct on (coalesce(version, script)) version, script, type, success, checksum
          from {table}
         where version is not null or not success
         order by coalesce(version, script), installed_rank desc) as latest
"""
_SQLX = """
select version::text, case when success then 'applied' else 'failed' end, encode(checksum, 'hex')
  from {table}
"""
_SQITCH = """
select change || case when number > 1 then '#' || number else '' end, 'applied'
  from (select change, row_number() over (partition by change order by planned_at) as number
          from {table}
         where project = %(project)s) as changes
"""


FORMATS = {
    "alembic": Format(
        "Alembic",
        alembic.read,
        "alembic_version",
        ("version_num",),
        "select version_num, 'head' from {table}",
    ),
    "dbmate": Format(
        "dbmate",
        halves.DBMATE.read,
        "schema_migrations",
        ("version",),
        "select version::text, 'applied' from {table}",
        without="dirty",
    ),
    "diesel": Format(
        "Diesel",
        pairs.diesel,
        "__diesel_schema_migrations",
        ("version", "run_on"),
        "select version, 'applied' from {table}",
    ),
    "flyway": Format(
        "Flyway",
        flyway.read,
        "flyway_schema_history",
        ("installed_rank", "version", "script", "type", "success", "checksum"),
        _FLYWAY,
        normal=flyway.normal,
        checksum=flyway.checksum,
    ),
    "golang-migrate": Format(
        "golang-migrate",
        pairs.golang_migrate,
        "schema_migrations",
        ("version", "dirty"),
        "select version::text, case when dirty then 'dirty' else 'up to' end from {table}",
    ),
    "goose": Format(
        "goose",
        halves.GOOSE.read,
        "goose_db_version",
        ("id", "version_id", "is_applied"),
        _GOOSE,
    ),
    "graphile": Format(
        "graphile-migrate",
        graphile.read,
        "graphile_migrate.migrations",
        ("hash", "filename"),
        "select filename, 'applied' from {table}",
    ),
    "node-pg-migrate": Format(
        "node-pg-migrate",
        halves.NODE_PG_MIGRATE.read,
        "pgmigrations",
        ("name", "run_on"),
        "select name, 'applied' from {table}",
    ),
    "sqitch": Format(
        "Sqitch",
        sqitch.read,
        "sqitch.changes",
        ("change_id", "change", "project", "planned_at"),
        _SQITCH,
    ),
    "sql-migrate": Format(
        "sql-migrate",
        halves.SQL_MIGRATE.read,
        "gorp_migrations",
        ("id", "applied_at"),
        "select id, 'applied' from {table}",
    ),
    "sqlx": Format(
        "sqlx",
        pairs.sqlx,
        "_sqlx_migrations",
        ("version", "success", "checksum"),
        _SQLX,
        checksum=pairs.sqlx_checksum,
    ),
}
