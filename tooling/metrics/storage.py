"""What the folder of the backups and the disks say, where this process can see them."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from tooling.backup import catalog
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.metrics.families import Sample

DATA_DISK = "TOOLING_DATA_DISK"
STATES = ("verified", "checked", "unchecked", "damaged", "incomplete")
TABLESPACE = "tablespace "
_FOLDERS = """
select 'data', current_setting('data_directory')
union all
select 'WAL', current_setting('data_directory') || '/pg_wal'
union all
select 'tablespace ' || t.spcname, l.folder
  from pg_catalog.pg_tablespace as t
 cross join pg_tablespace_location(t.oid) as l (folder)
 where l.folder <> ''
"""


def backups(settings: BackupSettings) -> list[Sample]:
    """Return how many backups there are by state, and how old the newest are.

    Nothing if there is no folder of backups here. Reads small files only; the server is not needed.
    """
    if not settings.home.is_dir():
        return []
    found = catalog.backups(settings)
    states = [_state(one) for one in found]
    samples = [Sample("backups", {"state": name}, states.count(name)) for name in STATES]
    complete = [one for one in found if one.is_done]
    checked = [one for one in complete if one.checked_at]
    verified = [one for one in complete if one.verified_at]
    for metric, group in (
        ("backup_newest_timestamp_seconds", complete),
        ("backup_checked_timestamp_seconds", checked),
        ("backup_verified_timestamp_seconds", verified),
    ):
        ends: list[datetime] = [one.end_time for one in group if one.end_time]
        if ends:
            samples.append(Sample(metric, {}, max(ends).timestamp()))
    if complete:
        samples.append(Sample("backup_newest_bytes", {}, complete[-1].size))
    return samples


def places(connection: psycopg.Connection[Any]) -> dict[str, Path]:
    """Return folders of a server on this machine, as `folders`; it is reached by its Unix socket.

    The disk of the data is that of DATA_DISK if given, a folder on it. Writes nothing.
    """
    found = folders(connection) if connection.info.host.startswith("/") else {}
    if given := os.environ.get(DATA_DISK):
        found["data"] = Path(given)
    return found


def folders(connection: psycopg.Connection[Any]) -> dict[str, Path]:
    """Return folders of the server by what is on their disk: data, WAL, each tablespace."""
    return {place: Path(folder) for place, folder in connection.execute(_FOLDERS).fetchall()}


def disks(places: Mapping[str, Path]) -> list[Sample]:
    """Return size and free space of the disks of folders; nothing of one that is not seen here.

    WAL is left out if it is on the disk of the data.
    """
    samples = []
    devices = {}
    for place, folder in places.items():
        try:
            devices[place] = folder.stat().st_dev
            disk = os.statvfs(folder)
        except OSError:
            continue
        if place == "WAL" and devices["WAL"] == devices.get("data"):
            continue
        labels = {"place": place}
        samples.append(Sample("disk_bytes", labels, disk.f_blocks * disk.f_frsize))
        samples.append(Sample("disk_free_bytes", labels, disk.f_bavail * disk.f_frsize))
    return samples


def _state(backup: Backup) -> str:
    if not backup.is_done:
        return "incomplete"
    if backup.problem:
        return "damaged"
    if backup.verified_at:
        return "verified"
    return "checked" if backup.checked_at else "unchecked"
