"""Copy backups, WAL and dumps to the object store, sealed; nothing is copied twice.

An object is a base backup as a compressed tar archive, a segment or a history file compressed, a
dump, or what is known of the server. It appears when it is whole, and is never written again.
"""

import contextlib
import fcntl
import gzip
import json
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from tooling.backup import catalog, follow, identity, sealing, store, wal
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit, InputError, ToolingError

_FAST = 1
SERVER = "server.tar.gz.age"
_COPIED = "copied.json"
_LOCK = "ship.lock"
Write = Callable[[IO[bytes]], None]


@dataclass(frozen=True)
class Shipped:
    """What a run copied: keys of objects, bytes after compression and encryption."""

    keys: tuple[str, ...]
    bytes: int


@dataclass(frozen=True)
class Local:
    """What is to be an object: its key, since when it is whole, and what writes it.

    It is sealed on its way unless it is a file that is sealed already.
    """

    key: str
    since: float
    write: Write
    sealed: Path | None = None


def backup_key(backup_id: str) -> str:
    """Return the key of a base backup."""
    return f"base/{backup_id}.tar.gz.age"


def wal_key(name: str) -> str:
    """Return the key of a segment or history file."""
    return f"wals/{name}.gz.age"


def dump_key(name: str) -> str:
    """Return the key of a dump."""
    return f"dumps/{name.removesuffix(sealing.SUFFIX)}{sealing.SUFFIX}"


def ship(settings: BackupSettings, tell: Callable[[str], None] = lambda _: None) -> Shipped:
    """Copy what the store does not have: verified backups first, then WAL, then dumps.

    Waits while another process copies: the receiver does, beside the jobs.

    Raises InputError without a bucket or recipients, ConnectionFailedError if the store fails; what
    was copied before stays, and the next run goes on after it. Raises ToolingError with exit code
    DAMAGED if the store then lacks what its backups need.
    """
    if settings.recipients is None:
        raise InputError(
            "no recipients are set, and nothing is copied unencrypted",
            hint="`tooling backup key FILE` creates keys; name FILE.pub in [tool.tooling.backup] "
            "recipients.",
        )
    keys = sealing.recipients(settings.recipients)
    target = store.opened(settings)
    done, size = [], 0
    with (
        _alone(settings),
        tempfile.TemporaryDirectory(prefix="shipping-", dir=settings.home) as scratch,
    ):
        there = set(target.keys())
        for one in _local(settings):
            if one.key in there:
                continue
            file = one.sealed or Path(scratch) / "sealed"
            if one.sealed is None:
                with file.open("wb") as opened:
                    sealing.seal(one.write, opened, keys)
            target.put(one.key, file)
            done.append(one.key)
            size += file.stat().st_size
            tell(one.key)
        there.update(done)
        (settings.home / _COPIED).write_text(json.dumps(sorted(there)) + "\n", encoding="utf-8")
    if missing := gap(settings, there):
        raise ToolingError(
            f"the store has a gap: {missing}",
            hint="Take a full backup: `tooling backup run --full`. What the store has of the time "
            "before the gap can be restored up to it.",
            exit_code=Exit.DAMAGED,
        )
    return Shipped(tuple(done), size)


def waiting_seconds(settings: BackupSettings) -> float | None:
    """Return how long the oldest file without a copy has waited; None if no bucket is set.

    The store is not asked: its keys are those after the last run that copied everything.
    """
    if settings.bucket is None:
        return None
    there: set[str] = set()
    with contextlib.suppress(OSError, ValueError):
        there = set(json.loads((settings.home / _COPIED).read_text(encoding="utf-8")))
    since = [one.since for one in _local(settings) if one.key not in there]
    return max(time.time() - min(since), 0.0) if since else 0.0


def gap(settings: BackupSettings, there: Collection[str]) -> str | None:
    """Return what the store lacks of the backups that it has, of those before them, and of WAL."""
    known = catalog.backups(settings)
    shipped = [one for one in known if one.is_done and backup_key(one.backup_id) in there]
    present = {key.removeprefix("wals/").removesuffix(".gz.age") for key in there}
    for one in shipped:
        for link in catalog.chain(one, known):
            if backup_key(link.backup_id) not in there:
                return f"backup {link.backup_id} is missing, on which {one.backup_id} depends"
        path = [(one.timeline, wal.position(str(one.end_lsn)))]
        begin = wal.position(str(one.begin_lsn))
        if name := follow.first_missing(path, begin, present, one.segment_size):
            return f"{name} is missing, without which {one.backup_id} cannot be restored"
    if shipped and (name := _missing_after(settings, shipped[-1], present)):
        return f"{name} is missing after the newest backup, {shipped[-1].backup_id}"
    return None


def _missing_after(settings: BackupSettings, backup: Backup, present: set[str]) -> str | None:
    names = [name for name in present if wal.is_segment(name)]
    return follow.gap_among(names, wal.histories(settings), backup)


def forget(settings: BackupSettings, keys: Collection[str]) -> int:
    """Delete from the store what retention deleted here; return how many objects were there."""
    target = store.opened(settings)
    with _alone(settings):
        gone = sorted(set(keys) & target.keys().keys())
        target.delete(gone)
    return len(gone)


@contextlib.contextmanager
def _alone(settings: BackupSettings) -> Iterator[None]:
    """Hold the copies: of an object that two write at once, neither finds what it wrote."""
    with (settings.home / _LOCK).open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _local(settings: BackupSettings) -> Iterator[Local]:
    home, place = settings.home, catalog.folder(settings)
    state = home / identity.STATE
    known = place / "identity.json"
    if known.is_file():
        yield Local(SERVER, known.stat().st_mtime, partial(_tar, home, [state, known]))
    for one in catalog.backups(settings):
        if one.is_done and one.checked_at:
            about = place / "meta" / f"{one.backup_id}-backup.info"
            folder = place / "base" / one.backup_id
            checked = home / "verified" / f"{one.backup_id}.json"
            write = partial(_tar, home, [about, checked, folder])
            yield Local(backup_key(one.backup_id), checked.stat().st_mtime, write)
    for file in _wal(settings):
        yield Local(wal_key(file.name), file.stat().st_mtime, partial(_compress, place, file))
    for file in sorted((home / "dumps").glob("*.dump*")):
        if file.suffix in (".dump", sealing.SUFFIX):
            sealed = file if file.suffix == sealing.SUFFIX else None
            yield Local(
                dump_key(file.name), file.stat().st_mtime, partial(sealing.copy, file), sealed
            )


def _wal(settings: BackupSettings) -> Iterator[Path]:
    """Yield history files and whole segments: the archive's, and those that are yet to be moved."""
    place = catalog.folder(settings)
    received = [place / "streaming" / name for name in follow.streaming(settings)]
    whole = {file.name: file for file in received if file.suffix != follow.PARTIAL}
    histories = {file.name: file for file in place.glob("*/*.history")}
    for _, file in sorted({**whole, **histories, **wal.archived(settings)}.items()):
        # One that is moved meanwhile is found in its new place.
        yield file if file.exists() else _moved(place, file)


def _moved(place: Path, file: Path) -> Path:
    wals = place / "wals"
    return wals / file.name if file.suffix == ".history" else wals / file.name[:16] / file.name


def _tar(home: Path, paths: list[Path], into: IO[bytes]) -> None:
    with (
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=_FAST) as compressed,
        tarfile.open(fileobj=compressed, mode="w|") as archive,
    ):
        for path in paths:
            archive.add(path, arcname=str(path.relative_to(home)))


def _compress(place: Path, file: Path, into: IO[bytes]) -> None:
    with (
        (file if file.exists() else _moved(place, file)).open("rb") as opened,
        gzip.GzipFile(fileobj=into, mode="wb", compresslevel=_FAST, mtime=0) as compressed,
    ):
        shutil.copyfileobj(opened, compressed)
