"""Which server backups are of, and on which timeline a server is."""

import contextlib
import json
from typing import Any

import psycopg

from tooling.backup import catalog
from tooling.backup.settings import BackupSettings
from tooling.errors import RefusedError

STATE = "server.json"
"""The file of what is known of the server, in the folder of backups."""


def system_of(settings: BackupSettings) -> str | None:
    """Return the system identifier of the server that the backups are of; None if it is unknown."""
    for file, key in (
        (settings.home / STATE, "system"),
        (catalog.folder(settings) / "identity.json", "systemid"),
    ):
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(file.read_text(encoding="utf-8")).get(key)
            if found is not None:
                return str(found)
    return None


def system(connection: psycopg.Connection[Any]) -> str:
    """Return a server's system identifier: initdb gives one, and copies of the server share it."""
    row = connection.execute(
        "select system_identifier from pg_catalog.pg_control_system()"
    ).fetchone()
    return str(row[0]) if row else ""


def timeline(connection: psycopg.Connection[Any]) -> int | None:
    """Return the timeline that a server writes to; None while it is in recovery."""
    row = connection.execute(
        "select pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)"
        " where not pg_catalog.pg_is_in_recovery()"
    ).fetchone()
    return int(row[0], 16) if row else None


def require_same(settings: BackupSettings, connection: psycopg.Connection[Any]) -> str:
    """Return a server's system identifier. Raises RefusedError if it is not the backups'."""
    here, known = system(connection), system_of(settings)
    if known not in (None, here):
        raise RefusedError(
            f"the backups in {settings.home} are of another server: its system identifier is "
            f"{known}, that of this one is {here}",
            hint="Name another folder in TOOLING_BACKUP_HOME, or move this one away: its backups "
            "cannot be continued.",
        )
    return here
