"""Retires partitions, a step at a time, each of which can be repeated after an interruption.

record what leaves -> detach -> note it -> archive, read back -> note the file -> drop the table.
The state is in ops.retired_partitions and in the catalogue; a second run goes on from there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tooling.database import Connection
from tooling.errors import Exit, RefusedError, ToolingError
from tooling.partitions import archive
from tooling.partitions import manifest as manifests

Tell = Callable[[str], None]

_LOCK = "eagle-sign partitions"
_WAIT_SECONDS = 600.0
_LOCK_ATTEMPTS = 40
_LOCK_TIMEOUT = "400ms"


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Hold the lock that lets one run at a time change partitions of this database.

    It is polled for on an autocommit connection, which keeps no snapshot while it waits; a blocked
    pg_advisory_lock() would hold up DETACH CONCURRENTLY in the run that has it.
    """
    deadline = time.monotonic() + _WAIT_SECONDS
    query = "select pg_try_advisory_lock(hashtextextended(%s, 0))"
    while not _one(connection, query, _LOCK):
        if time.monotonic() > deadline:
            raise ToolingError(
                "another run is changing partitions", hint="Wait for it.", exit_code=Exit.LOCKED
            )
        time.sleep(0.2)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [_LOCK])


def due(connection: Connection) -> list[tuple[str, str]]:
    """Return the partitions to retire by policy or to go on with, and what is done to each."""
    return connection.execute("select partition, action from ops.partitions_due()").fetchall()


def retire(
    connection: Connection,
    partition: str,
    action: str,
    folder: Path | None,
    tell: Tell = lambda _step: None,
) -> dict[str, Any]:
    """Retire one partition and return its record. `action` is detach, archive or drop.

    The connection is in autocommit mode, acts as the owner and holds the lock of `alone`. Raises
    RefusedError, before anything is changed, if it is to be archived and `folder` is None.
    """
    if action == "archive":
        _given(folder, f"{partition} is to be archived")
    record = _begin(connection, partition, action)
    action = record["action"]
    if record["state"] == "retiring":
        tell(f"{partition}: detaching")
        _detach(connection, partition)
        record = _record(connection, "select r.* from ops.finish_detachment(%s) as r", partition)
    if action == "archive" and record["state"] == "detached":
        place = _given(folder, f"{partition} is to be archived")
        tell(f"{partition}: archiving {record['row_count']} rows")
        made = archive.write(connection, place, partition, record)
        connection.execute(
            "select ops.record_archive(%s, %s, %s, %s, %s)",
            [partition, made.file_name, made.file_sha256, made.content_sha256, made.row_count],
        )
        record = _begin(connection, partition, action)
    elif record["state"] == "archived" and _one(
        connection, "select to_regclass(%s) is not null", partition
    ):
        place = _given(folder, f"{partition} is archived, and is read before its table is dropped")
        tell(f"{partition}: reading its archive")
        archive.prove(place, record)
    if action != "detach":
        tell(f"{partition}: dropping its table")
        connection.execute("select ops.drop_retired_partition(%s)", [partition])
    return _begin(connection, partition, action)


def restore(
    connection: Connection, partition: str, folder: Path | None, tell: Tell = lambda _step: None
) -> dict[str, Any]:
    """Attach a retired partition again and return its record; all or nothing.

    The connection is in autocommit mode and acts as the owner. Raises RefusedError if there is
    nothing to restore from, and InputError if the archive is damaged.
    """
    query = "select * from ops.retired_partitions where partition = %s"
    with connection.cursor(row_factory=dict_row) as cursor:
        record = cursor.execute(query, [partition]).fetchone()
    if record is None or record["state"] not in ("detached", "archived"):
        state = "was never retired" if record is None else f"is {record['state']}"
        raise RefusedError(
            f"{partition} {state}", hint="`tooling partition list --json` shows what was retired."
        )
    with connection.transaction():
        if _one(connection, "select to_regclass(%s) is null", partition):
            place = _given(folder, f"{partition} is in the archive {record['file_name']}")
            tell(f"{partition}: reading {record['row_count']} rows")
            _read_back(connection, partition, place, record)
        tell(f"{partition}: attaching")
        query = "select r.* from ops.attach_retired_partition(%s) as r"
        return _record(connection, query, partition)


def _given(folder: Path | None, why: str) -> Path:
    """Return the folder of archives. Raises RefusedError if none is named."""
    if folder is None:
        raise RefusedError(why, hint="Name the folder of archives with --archive.")
    return folder


def _read_back(
    connection: Connection, partition: str, folder: Path, record: dict[str, Any]
) -> None:
    manifest = manifests.read(folder, partition)
    if manifest.content_sha256 != record["content_sha256"]:
        raise RefusedError(
            f"the archive of {partition} in {folder} is not the one that this database recorded",
            hint="Name the folder of its own archives with --archive.",
        )
    connection.execute("select ops.create_partition_table(%s, %s)", [record["relation"], partition])
    command = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*partition.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, manifest.columns)),
    )
    with connection.cursor().copy(command) as copy:
        for chunk in archive.rows(folder, manifest):
            copy.write(chunk)
    connection.execute(sql.SQL("analyze {}").format(sql.Identifier(*partition.split("."))))


def _detach(connection: Connection, partition: str) -> None:
    """Detach in the way this server offers; give way to others while a lock is in the way."""
    for attempt in range(1, _LOCK_ATTEMPTS + 1):
        statement = _one(connection, "select ops.detach_statement(%s)", partition)
        if statement is None:
            return
        patient = statement.endswith((" concurrently", " finalize"))
        timeout = "0" if patient else _LOCK_TIMEOUT
        connection.execute("select set_config('lock_timeout', %s, false)", [timeout])
        try:
            connection.execute(statement)
        except psycopg.errors.LockNotAvailable:
            if attempt == _LOCK_ATTEMPTS:
                raise
            time.sleep(0.1 * attempt)
        finally:
            connection.execute("select set_config('lock_timeout', '0', false)")


def _begin(connection: Connection, partition: str, action: str) -> dict[str, Any]:
    query = "select r.* from ops.begin_retirement(%s, %s) as r"
    return _record(connection, query, partition, action)


def _record(connection: Connection, query: str, *values: object) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()[0]


def _one(connection: Connection, query: str, *values: object) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row is not None else None
