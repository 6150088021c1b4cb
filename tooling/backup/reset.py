"""Let the receiver follow its server again: after a recovery, a failover or a lost slot."""

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tooling.backup import barman as driver
from tooling.backup import catalog, follow, wal
from tooling.backup.barman import SLOT, Barman
from tooling.backup.follow import PARTIAL, Source
from tooling.backup.settings import BackupSettings
from tooling.database import connect
from tooling.errors import Exit, ToolingError

ASIDE = "discarded"
_LOCK = "receiver.lock"
_START_SECONDS = 5
_STOP_SECONDS = 30
_ACTIVE = "select active_pid from pg_catalog.pg_replication_slots where slot_name = %s"
_DROP = "select pg_catalog.pg_drop_replication_slot(%s)"
_CREATE = "select pg_catalog.pg_create_physical_replication_slot(%s, true)"


@dataclass(frozen=True)
class Reset:
    """What a reset found and did.

    `reason` is why the receiver could not follow, `moved` are the files that were moved away,
    `backup_due` says why a full backup has to be taken; each empty or None if there is none.
    """

    timeline: int
    reason: str | None = None
    moved: tuple[Path, ...] = ()
    backup_due: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**vars(self), "moved": [str(file) for file in self.moved]}


def reset(
    settings: BackupSettings, dsn: str | None = None, *, failed: bool = False
) -> Reset | None:
    """Reset the receiver if it cannot follow the server; None if the server is in recovery.

    The slot is created anew if it is missing or lost. What was received of a timeline that the
    server left is archived, or moved to the folder `discarded` if its segment is not whole; nothing
    is deleted. A receiver that can follow is not touched. Without `dsn` the server is that of the
    last backup. With `failed`, the receiver has tried, and WAL that no slot keeps is given up.
    Raises ConnectionFailedError, RefusedError if it is another server, and ToolingError with exit
    code LOCKED if a receiver of another folder uses the slot.
    """
    url = dsn or make_conninfo("", **driver.connection_of(settings))
    with connect(url, role="eagle_backup", autocommit=True) as connection:
        return recover(driver.configure(settings, connection), connection, failed=failed)


def recover(
    barman: Barman, connection: psycopg.Connection[Any], *, failed: bool = False
) -> Reset | None:
    """Do what `reset` does, over a connection that is open."""
    settings = barman.settings
    with alone(settings):
        source = follow.look(connection)
        if source is None:
            return None
        is_new = source.slot is None and not any(catalog.backups(settings))
        reason = follow.problem(source, follow.streaming(settings), failed=failed)
        moved: tuple[Path, ...] = ()
        if reason is not None:
            _stop(barman, connection)
            barman.attempt("archive-wal")
            moved = _put_right(barman, connection, source, failed=failed)
        if is_new:
            return Reset(source.timeline)
        due = follow.backup_due(settings, source.timeline)
        if reason is not None and due is None:
            due = "the receiver was reset, and WAL after the newest backup may be missing"
            follow.demand_backup(settings, due)
        return Reset(source.timeline, reason, moved, due)


def start(barman: Barman, connection: psycopg.Connection[Any]) -> Reset | None:
    """Do what `reset` does, and let a receiver run until WAL arrives. Raises ToolingError."""
    found = recover(barman, connection)
    try:
        driver.start_receiver(barman, connection, _START_SECONDS)
    except ToolingError:
        recover(barman, connection, failed=True)
        driver.start_receiver(barman, connection)
    return found


def report(done: Reset, tell: Callable[[str], None]) -> None:
    """Tell what was done, and what has to follow."""
    if done.reason:
        tell(f"receiver reset: {done.reason}")
        for file in done.moved:
            tell(f"{file.name} was moved to {file.parent}")
    if done.backup_due:
        tell(f"{done.backup_due}: take a full backup with `tooling backup run --full`")


def _put_right(
    barman: Barman, connection: psycopg.Connection[Any], source: Source, *, failed: bool
) -> tuple[Path, ...]:
    """Create the slot if need be, and move away what the receiver must not go on from."""
    settings = barman.settings
    if source.slot is not None and source.slot.lost:
        connection.execute(_DROP, [SLOT])
    if source.slot is None or source.slot.lost:
        connection.execute(_CREATE, [SLOT])
    now = follow.look(connection) or source
    names = follow.streaming(settings)
    away = {*follow.discarded(now, names), *(follow.removed(now, names) if failed else ())}
    moved = _move(settings, sorted(away))
    if not failed and not follow.streaming(settings):
        _go_on(settings, now)
    return moved


def _move(settings: BackupSettings, names: list[str]) -> tuple[Path, ...]:
    streaming = catalog.folder(settings) / "streaming"
    aside = settings.home / ASIDE / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    moved = []
    for name in names:
        if (streaming / name).stat().st_size == 0:
            (streaming / name).unlink()
            continue
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        moved.append((streaming / name).rename(aside / name))
    return tuple(moved)


def _go_on(settings: BackupSettings, source: Source) -> None:
    """Let the receiver begin where the archive ends, if that is before what a new slot keeps.

    An empty file says so to pg_receivewal. The server may still have that WAL.
    """
    done = [one for one in catalog.backups(settings) if one.is_done]
    kept = source.slot.kept_from if source.slot else None
    if not done or kept is None or source.end(done[-1].timeline) < 0:
        return
    size, first = source.segment_size, done[-1].timeline
    begin = wal.position(str(done[-1].begin_lsn))
    ends = sorted((one, end) for one, end in source.ends.items() if one >= first)
    path = [*ends, (source.timeline, kept // size * size)]
    missing = follow.first_missing(path, begin, wal.archived(settings), size)
    if missing is not None:
        (catalog.folder(settings) / "streaming" / f"{missing}{PARTIAL}").touch()


def _stop(barman: Barman, connection: psycopg.Connection[Any]) -> None:
    """Stop the receiver of this folder. Raises ToolingError if the slot remains in use."""
    deadline = time.monotonic() + _STOP_SECONDS
    while True:
        barman.attempt("receive-wal", "--stop")
        row = connection.execute(_ACTIVE, [SLOT]).fetchone()
        if row is None or row[0] is None:
            return
        if time.monotonic() > deadline:
            raise ToolingError(
                f"the replication slot {SLOT} is in use by process {row[0]} of the server",
                hint="Stop the receiver of the other TOOLING_BACKUP_HOME that uses it: "
                "`tooling backup receive --stop` there.",
                exit_code=Exit.LOCKED,
            )
        time.sleep(0.2)


@contextlib.contextmanager
def alone(settings: BackupSettings) -> Iterator[None]:
    """Hold the receiver's files: neither two resets at once, nor one while a receiver starts."""
    with (settings.home / _LOCK).open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
