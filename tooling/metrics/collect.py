"""Reads everything there is to measure, as one set of samples."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from pgproof.files import folder
from tooling import printing
from tooling.backup.settings import BackupSettings
from tooling.metrics import certificate, faults, following, statements, storage
from tooling.metrics.families import Sample

_SECONDS = 7.0
"""Less than Prometheus waits for a scrape, so that what can be read is not lost for the rest."""
_LEAST_MS = 50

Connection = psycopg.Connection[Any]
Read = Callable[[Connection], Iterable[Sample]]


@dataclass(frozen=True)
class Folders:
    """What is read beside the database: the migrations, and the backups if they are here.

    `server` has the folders of the server by what is on their disk, as far as they are known.
    """

    migrations: Path | None = None
    backups: BackupSettings | None = None
    server: Mapping[str, Path] = field(default_factory=dict)


def read(connection: Connection, folders: Folders) -> list[Sample]:
    """Return all samples, in seconds and bytes. Writes nothing.

    `connection` is in autocommit mode; eagle_exporter suffices. A part that the server refuses, or
    does not answer in time, is `read_failed` and goes to stderr; the others are read. Without
    pg_stat_statements there are no samples of statements, without a folder none of what is in it.
    Raises psycopg.Error if the connection is lost.
    """
    began = time.monotonic()
    parts: dict[str, Read] = {
        **{name: _rows(statement) for name, statement in statements.ALL.items()},
        "faults": _faults,
    }
    found: list[Sample] = []
    failures = set()
    for name, part in parts.items():
        left = int(1000 * (began + _SECONDS - time.monotonic()))
        try:
            connection.execute(
                "select set_config('statement_timeout', %s, false)", [str(max(left, _LEAST_MS))]
            )
            found += part(connection)
        except psycopg.Error as error:
            if connection.broken or connection.closed:
                raise
            failures.add(name)
            printing.fail(f"{name}: {error.diag.message_primary or error}")
    if folders.migrations is not None and "tables" not in failures:
        found.append(Sample("migrations_pending", {}, _pending(found, folders.migrations)))
    if folders.backups is not None:
        found += following.read(found, folders.backups)
    found += [Sample("read_failed", {"part": name}, name in failures) for name in parts]
    return [
        Sample("read_seconds", {}, time.monotonic() - began),
        *beside(folders),
        *found,
    ]


def located(connection: Connection, folders: Folders) -> Folders:
    """Return the folders with those of the server that are seen from here."""
    try:
        return replace(folders, server=storage.places(connection))
    except psycopg.errors.InsufficientPrivilege:
        return folders


def beside(folders: Folders) -> list[Sample]:
    """Return what is measured without the server: backups, and disks that are seen from here."""
    if folders.backups is None:
        return storage.disks(folders.server)
    disks = storage.disks({**folders.server, "backups": folders.backups.home})
    return [*storage.backups(folders.backups), *disks]


def _rows(statement: str) -> Read:
    def read_rows(connection: Connection) -> list[Sample]:
        try:
            rows = connection.execute(statement).fetchall()
        except psycopg.errors.UndefinedTable:
            if statement is not statements.STATEMENTS:
                raise
            return []
        return [Sample(metric, labels, float(value)) for metric, labels, value in rows]

    return read_rows


def _faults(connection: Connection) -> list[Sample]:
    kinds = [one.fault for one in (*faults.find(connection), *certificate.find(connection))]
    return [
        Sample("server_faults", {"fault": kind, "severity": fault.severity}, kinds.count(kind))
        for kind, fault in faults.FAULTS.items()
    ]


def _pending(samples: list[Sample], migrations: Path) -> int:
    applied = {
        sample.labels["migration"]
        for sample in samples
        if sample.metric == "migration_applied_timestamp_seconds"
    }
    return len({migration.id for migration in folder.read(migrations).migrations} - applied)
