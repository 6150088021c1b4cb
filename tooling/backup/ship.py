"""Copy backups and the archived log to the object store, sealed; nothing is copied twice.

An object is a base backup as a compressed tar archive, a segment or a history file compressed, or
what is known of the server. It appears when it is whole, and is never written again.
"""

import gzip
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from tooling.backup import barman, catalog, sealing, store, wal
from tooling.backup.settings import BackupSettings
from tooling.errors import InputError

_FAST = 1
SERVER = "server.tar.gz.age"
Write = Callable[[IO[bytes]], None]


@dataclass(frozen=True)
class Shipped:
    """What a run copied: keys of objects, bytes after compression and encryption."""

    keys: tuple[str, ...]
    bytes: int


def backup_key(backup_id: str) -> str:
    """Return the key of a base backup."""
    return f"base/{backup_id}.tar.gz.age"


def log_key(name: str) -> str:
    """Return the key of a segment or history file of the log."""
    return f"wals/{name}.gz.age"


def ship(settings: BackupSettings, tell: Callable[[str], None] = lambda _: None) -> Shipped:
    """Copy what the store does not have: verified backups first, then the log.

    Raises InputError without a bucket or recipients, ConnectionFailedError if the store fails; what
    was copied before stays, and the next run goes on after it.
    """
    if settings.recipients is None:
        raise InputError(
            "no recipients are set, and nothing is copied unencrypted",
            hint="`tooling backup key FILE` creates keys; name FILE.pub in [tool.tooling.backup] "
            "recipients.",
        )
    keys = sealing.recipients(settings.recipients)
    target = store.opened(settings)
    there = target.keys()
    done, size = [], 0
    with tempfile.TemporaryDirectory(prefix="shipping-", dir=settings.home) as scratch:
        for key, write in _objects(settings):
            if key in there:
                continue
            file = Path(scratch) / "sealed"
            with file.open("wb") as opened:
                sealing.seal(write, opened, keys)
            target.put(key, file)
            done.append(key)
            size += file.stat().st_size
            tell(key)
    return Shipped(tuple(done), size)


def forget(settings: BackupSettings, backup_ids: list[str], segments: list[str]) -> int:
    """Delete from the store what retention deleted here; return how many objects were there."""
    target = store.opened(settings)
    wanted = {*map(backup_key, backup_ids), *map(log_key, segments)}
    gone = sorted(wanted & target.keys().keys())
    target.delete(gone)
    return len(gone)


def _objects(settings: BackupSettings) -> Iterator[tuple[str, Write]]:
    home, place = settings.home, catalog.folder(settings)
    yield SERVER, partial(_tar, home, [home / barman.STATE, place / "identity.json"])
    for one in catalog.backups(settings):
        if one.is_done and one.checked_at:
            about = place / "meta" / f"{one.backup_id}-backup.info"
            folder = place / "base" / one.backup_id
            checked = home / "verified" / f"{one.backup_id}.json"
            yield backup_key(one.backup_id), partial(_tar, home, [about, checked, folder])
    histories = sorted((place / "wals").glob("*.history"))
    for file in [*histories, *wal.archived(settings).values()]:
        yield log_key(file.name), partial(_compress, file)


def _tar(home: Path, paths: list[Path], into: IO[bytes]) -> None:
    with (
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=_FAST) as compressed,
        tarfile.open(fileobj=compressed, mode="w|") as archive,
    ):
        for path in paths:
            archive.add(path, arcname=str(path.relative_to(home)))


def _compress(file: Path, into: IO[bytes]) -> None:
    with (
        file.open("rb") as opened,
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=_FAST, mtime=0) as compressed,
    ):
        shutil.copyfileobj(opened, compressed)
