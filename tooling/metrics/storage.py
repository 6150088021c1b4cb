"""What the folder of the backups and the disks say, where this process can see them."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from tooling.backup import catalog
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.metrics.families import Sample

DATA_DISK = "TOOLING_DATA_DISK"
STATES = ("verified", "unverified", "damaged", "incomplete")


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
    sound = [one for one in complete if one.verified_at]
    for metric, group in (
        ("backup_newest_timestamp_seconds", complete),
        ("backup_verified_timestamp_seconds", sound),
    ):
        ends: list[datetime] = [one.end_time for one in group if one.end_time]
        if ends:
            samples.append(Sample(metric, {}, max(ends).timestamp()))
    if complete:
        samples.append(Sample("backup_newest_bytes", {}, complete[-1].size))
    return samples


def disks(connection: psycopg.Connection[Any], backups_home: Path | None) -> list[Sample]:
    """Return size and free space of the disks of data and backups. Writes nothing.

    Only of what is on this machine: the disk of the data is that of DATA_DISK, a folder on it, or
    that of the data directory of a server that is reached by its Unix socket.
    """
    places: dict[str, Path] = {}
    if given := os.environ.get(DATA_DISK):
        places["data"] = Path(given)
    elif connection.info.host.startswith("/"):
        row = connection.execute("select current_setting('data_directory')").fetchone()
        places["data"] = Path(str(row[0])) if row else Path()
    if backups_home is not None:
        places["backups"] = backups_home
    samples = []
    for place, folder in places.items():
        try:
            disk = os.statvfs(folder)
        except OSError:
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
    return "verified" if backup.verified_at else "unverified"
