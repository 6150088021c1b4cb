"""Reads everything there is to measure, as one set of samples."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from pgproof.files import folder
from tooling.backup.settings import BackupSettings
from tooling.metrics import following, statements, storage
from tooling.metrics.families import Sample

_TIMEOUT_MS = 8000
"""Less than Prometheus waits for a scrape, so that a stuck server reads as down, not as absent."""


@dataclass(frozen=True)
class Folders:
    """What is read beside the database: the migrations, and the backups if they are here."""

    migrations: Path | None = None
    backups: BackupSettings | None = None


def read(connection: psycopg.Connection[Any], folders: Folders) -> list[Sample]:
    """Return all samples, in seconds and bytes. Writes nothing. Raises psycopg.Error.

    `connection` is in autocommit mode; eagle_exporter suffices. Without pg_stat_statements there
    are no samples of statements, without a folder none of what is in it.
    """
    began = time.monotonic()
    connection.execute("select set_config('statement_timeout', %s, false)", [str(_TIMEOUT_MS)])
    found = []
    for statement in statements.ALL:
        try:
            rows = connection.execute(statement).fetchall()
        except psycopg.errors.UndefinedTable:
            if statement is not statements.STATEMENTS:
                raise
            continue
        found += [Sample(metric, labels, float(value)) for metric, labels, value in rows]
    if folders.migrations is not None:
        found.append(Sample("migrations_pending", {}, _pending(found, folders.migrations)))
    if folders.backups is not None:
        found += storage.backups(folders.backups)
        found += following.read(found, folders.backups)
    found += storage.disks(connection, folders.backups.home if folders.backups else None)
    seconds = time.monotonic() - began
    return [Sample("up", {}, 1), Sample("read_seconds", {}, seconds), *found]


def _pending(samples: list[Sample], migrations: Path) -> int:
    applied = {
        sample.labels["migration"]
        for sample in samples
        if sample.metric == "migration_applied_timestamp_seconds"
    }
    return len({migration.id for migration in folder.read(migrations).migrations} - applied)
