"""A moment of a running server: a position in its log, and a snapshot of just what is before it."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tooling.backup import catalog
from tooling.backup.settings import BackupSettings
from tooling.database import connect
from tooling.errors import ToolingError

_TRIES = 20
_WAIT_SECONDS = 60
_QUIET = "select pg_catalog.pg_snapshot_xmin(s) = pg_catalog.pg_snapshot_xmax(s)" \
         "  from pg_catalog.pg_current_snapshot() as s"  # fmt: skip
_POSITION = "select pg_catalog.pg_current_wal_insert_lsn()::text"
_MESSAGE = "select pg_catalog.pg_logical_emit_message(true, 'tooling', 'moment')::text"
_PLACE = "select f.file_name, f.file_offset" \
         "  from pg_catalog.pg_walfile_name_offset(%s::pg_lsn - 1) as f"  # fmt: skip
_MARK = 16
_TABLES = """
select n.nspname, c.relname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
 where c.relkind = 'r'
   and c.relpersistence = 'p'
   and n.nspname !~ '^pg_'
   and n.nspname <> 'information_schema'
 order by 1, 2"""


@dataclass(frozen=True)
class Moment:
    """A position in the log; `connection` is in a transaction that sees what was committed by it.

    `behind_seconds` is how long the commit after it took to reach the receiver's disk.
    """

    lsn: str
    connection: psycopg.Connection[Any]
    behind_seconds: float


@contextlib.contextmanager
def moment(url: str, settings: BackupSettings) -> Iterator[Moment]:
    """Yield a moment of the server. Nobody is locked out, unless it never rests between writes.

    Then its tables are locked against writes for milliseconds. Raises ToolingError if the receiver
    does not get there within a minute.
    """
    # What is read may call code of the database's owner: a cast of a row, say.
    with connect(url, autocommit=True) as other, connect(url, role="eagle_backup") as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.read_only = True
        lsn = _quiet(reader) or _locked(other, reader)
        yield Moment(lsn, reader, _received(other, settings))
        reader.rollback()


def _quiet(reader: psycopg.Connection[Any]) -> str | None:
    """Take a snapshot between two writes; None if there is no such moment in a while."""
    for _ in range(_TRIES):
        with connect(reader.info.dsn, autocommit=True) as asking:
            before = _one(asking, _POSITION)
            quiet = _one(reader, _QUIET)
            if quiet and before == _one(asking, _POSITION):
                return str(before)
        reader.rollback()
        time.sleep(0.01)
    return None


def _locked(other: psycopg.Connection[Any], reader: psycopg.Connection[Any]) -> str:
    tables = [sql.Identifier(*names) for names in other.execute(_TABLES).fetchall()]
    with other.transaction():
        other.execute("set local lock_timeout = '2s'")
        for table in tables:
            other.execute(sql.SQL("lock table {} in share mode").format(table))
        _one(reader, _QUIET)
        return str(_one(other, _POSITION))


def _received(other: psycopg.Connection[Any], settings: BackupSettings) -> float:
    """Commit a message, so that there is something after the moment; return how long it took.

    It is looked for in the files of the receiver, who reports what it has every ten seconds only.
    """
    at = _one(other, _MESSAGE)
    began = time.monotonic()
    name, offset = other.execute(_PLACE, [at]).fetchall()[0]
    while not _is_there(settings, name, offset):
        if time.monotonic() - began > _WAIT_SECONDS:
            raise ToolingError(
                f"the WAL receiver has not received {at} within {_WAIT_SECONDS} s",
                hint="Start it with `tooling backup receive`.",
            )
        time.sleep(0.002)
    return time.monotonic() - began


def _is_there(settings: BackupSettings, name: str, offset: int) -> bool:
    """Tell whether a segment has been received up to an offset; what was not received is zero."""
    folder = catalog.folder(settings)
    places = (f"streaming/{name}.partial", f"streaming/{name}", f"wals/{name[:16]}/{name}")
    for file in (folder / place for place in places):
        with contextlib.suppress(FileNotFoundError), file.open("rb") as opened:
            opened.seek(max(offset + 1 - _MARK, 0))
            return any(opened.read(_MARK))
    return False


def _one(connection: psycopg.Connection[Any], query: str, *values: object) -> Any:
    row = connection.execute(query, values or None).fetchone()
    return row[0] if row else None
