"""One table or one account out of a restored copy, into a side database that holds nothing else."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tooling.backup import dump, programs
from tooling.database import MIGRATOR, OWNER, connect, connect_owner
from tooling.errors import InputError, RefusedError, ToolingError

NAME_BYTES = 55
_HALF_MADE = ".partial"
_PATIENT = "set statement_timeout = 0; set client_encoding = 'utf8'"
_TABLES = """
select c.oid
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p')
   and not c.relispartition
   and n.nspname !~ '^pg_'
   and exists (
           select
             from pg_catalog.pg_attribute as a
            where a.attrelid = c.oid
              and a.attname = 'account_id'
              and a.atttypid = 'pg_catalog.uuid'::regtype)
 order by n.nspname, c.relname"""
_OWNED = """
select r.rolname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_roles as r on r.oid = c.relowner
 where c.oid = %s::regclass"""
_COLUMNS = """
select n.nspname, c.relname,
       array_agg(a.attname order by a.attnum) filter (where a.attgenerated = ''),
       bool_or(a.attname = 'account_id' and a.atttypid = 'pg_catalog.uuid'::regtype)
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.oid = %s
   and c.relkind in ('r', 'p')
 group by 1, 2"""


@dataclass(frozen=True)
class Part:
    """What to bring back: the tables named, or all that have accounts; of one account, or whole."""

    tables: tuple[str, ...] = ()
    account: UUID | None = None


@dataclass(frozen=True)
class _Table:
    schema: str
    name: str
    columns: tuple[str, ...]

    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.name)

    def column_list(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


def check_room(connection: psycopg.Connection[Any], name: str) -> None:
    """Raise RefusedError if no database of this name can be made on the server."""
    if not 0 < len(name.encode()) <= NAME_BYTES:
        raise InputError(f"the name of a side database must have 1 to {NAME_BYTES} bytes")
    row = connection.execute(
        "select (select rolsuper from pg_catalog.pg_roles where rolname = current_user),"
        " exists (select from pg_catalog.pg_database where datname = %s)",
        [name],
    ).fetchone()
    is_superuser, exists = row or (False, False)
    if exists:
        raise RefusedError(
            f"database {name} already exists", hint="It is not overwritten: give another name."
        )
    if not is_superuser:
        raise RefusedError(
            f"{connection.info.user} is not a superuser",
            hint="A side database keeps owners and privileges, which only a superuser can restore.",
        )


def bring_back(
    copy: psycopg.Connection[Any],
    target: psycopg.Connection[Any],
    name: str,
    part: Part,
    bin_dir: Path,
) -> Mapping[str, int]:
    """Make the database `name` on the server of `target`; return the rows of each table in it.

    It has every object of the copy, with its owners, rights and row security, less foreign keys;
    only superusers may connect. It gets its name when all of it is there. Raises ToolingError.
    """
    for connection in (copy, target):
        connection.execute(_PATIENT)
    tables = _find(copy, part)
    half_made = name + _HALF_MADE
    database = sql.Identifier(half_made)
    target.execute(sql.SQL("drop database if exists {}").format(database))
    target.execute(sql.SQL("create database {} template template0").format(database))
    try:
        target.execute(sql.SQL("revoke all on database {} from public").format(database))
        with (
            tempfile.TemporaryDirectory() as scratch,
            connect(
                target.info.dsn,
                password=target.info.password or None,
                dbname=half_made,
                autocommit=True,
            ) as side,
        ):
            side.execute(_PATIENT)
            rows = _fill(copy, side, tables, part, bin_dir, Path(scratch))
        target.execute(
            sql.SQL("alter database {} rename to {}").format(database, sql.Identifier(name))
        )
    except BaseException:
        target.execute(sql.SQL("drop database if exists {} with (force)").format(database))
        raise
    return rows


def _find(copy: psycopg.Connection[Any], part: Part) -> list[_Table]:
    """Return the tables to bring back, as they were in the copy. Raises InputError."""
    if not part.tables:
        return [_table(copy, oid, part) for (oid,) in copy.execute(_TABLES).fetchall()]
    found = []
    for name in dict.fromkeys(part.tables):
        try:
            row = copy.execute("select pg_catalog.to_regclass(%s)::oid", [name]).fetchone()
        except psycopg.Error as error:
            raise InputError(f"not a table's name: {name}") from error
        found.append(_table(copy, row[0] if row else None, part, name))
    return found


def _table(copy: psycopg.Connection[Any], oid: int | None, part: Part, name: str = "") -> _Table:
    row = copy.execute(_COLUMNS, [oid]).fetchone()
    if row is None:
        raise InputError(
            f"no table {name} in the backup",
            hint="Give its schema, as in app.projects; it must exist at that moment.",
        )
    schema, table, columns, has_account = row
    if part.account and not has_account:
        raise InputError(
            f"{schema}.{table} has no column account_id",
            hint="Give --table without --account to restore the whole table.",
        )
    return _Table(schema, table, tuple(columns))


def _fill(
    copy: psycopg.Connection[Any],
    side: psycopg.Connection[Any],
    tables: list[_Table],
    part: Part,
    bin_dir: Path,
    scratch: Path,
) -> Mapping[str, int]:
    """Make the objects, the rows, and then what would have acted on them: triggers, indexes."""
    objects, chosen = scratch / "objects", scratch / "chosen"
    without = ["--no-publications", "--no-subscriptions"]
    dump.run(
        bin_dir,
        "pg_dump",
        ["--format=custom", "--schema-only", *without, f"--file={objects}"],
        copy,
    )
    strict = ["--exit-on-error", str(objects)]
    dump.run(bin_dir, "pg_restore", ["--section=pre-data", *strict], side)
    with _as_owner(side) as owner:
        rows = {
            f"{one.schema}.{one.name}": _copy(
                copy, owner if _is_owned(side, one) else side, one, part.account
            )
            for one in tables
        }
    chosen.write_text(_without_foreign_keys(bin_dir, objects), encoding="utf-8")
    listed = ["--section=post-data", f"--use-list={chosen}"]
    dump.run(bin_dir, "pg_restore", [*listed, *strict], side)
    side.execute("analyze")
    return rows


@contextlib.contextmanager
def _as_owner(side: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """Yield a session of the owner of the house: its tables' checks call functions of its own."""
    parameters = {**side.info.get_parameters(), "password": side.info.password or None}
    conninfo = make_conninfo(**{name: value for name, value in parameters.items() if value})
    database = sql.Identifier(side.info.dbname)
    migrator = sql.Identifier(MIGRATOR)
    grantee = "select from pg_catalog.pg_roles where rolname = %s"
    exists = bool(side.execute(grantee, [MIGRATOR]).fetchall())
    if exists:
        side.execute(sql.SQL("grant connect on database {} to {}").format(database, migrator))
    try:
        with connect_owner(conninfo, autocommit=True) as session:
            session.execute(_PATIENT)
            yield session
    finally:
        if exists:
            revoke = "revoke connect on database {} from {}"
            side.execute(sql.SQL(revoke).format(database, migrator))


def _is_owned(side: psycopg.Connection[Any], table: _Table) -> bool:
    name = table.identifier().as_string(side)
    return side.execute(_OWNED, [name]).fetchone() == (OWNER,)


def _copy(
    copy: psycopg.Connection[Any],
    side: psycopg.Connection[Any],
    table: _Table,
    account: UUID | None,
) -> int:
    """Copy rows from one server to the other as they stream; return how many."""
    which = sql.SQL("account_id = {}").format(account) if account else sql.SQL("true")
    read = sql.SQL("copy (select {} from {} where {}) to stdout").format(
        table.column_list(), table.identifier(), which
    )
    write = sql.SQL("copy {} ({}) from stdin").format(table.identifier(), table.column_list())
    reader, writer = copy.cursor(), side.cursor()
    with reader.copy(read) as rows, writer.copy(write) as into:
        for block in rows:
            into.write(block)
    return writer.rowcount


def _without_foreign_keys(bin_dir: Path, objects: Path) -> str:
    """Return pg_restore's list less the foreign keys, whose other ends were not brought back."""
    done = programs.run(bin_dir, "pg_restore", "--list", objects)
    if done.returncode:
        raise ToolingError(f"pg_restore: {done.stderr.strip()}")
    return "".join(
        line for line in done.stdout.splitlines(keepends=True) if " FK CONSTRAINT " not in line
    )
