"""Take a backup and verify it at once; verify any backup again."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tooling.backup import barman as driver
from tooling.backup import catalog, copying, follow, programs, reset, timelines
from tooling.backup.barman import Barman
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.errors import Exit, ToolingError

INCREMENTAL_SINCE = 17
_TRIES = 3
_WAL_SECONDS = 600
_NOT_RECEIVED = "has not been received"
_TOO_EARLY = "Impossible to start the backup"
_LONGEST_START = timedelta(seconds=10)


def take(
    settings: BackupSettings, connection: psycopg.Connection[Any], *, full: bool = False
) -> Backup:
    """Take a backup, an increment where that is possible, and verify it; return it.

    The WAL receiver is reset if it cannot follow the server, and started if none runs. Where the
    newest backup does not lead to this moment, as after a recovery, the backup is a full one.
    Raises ToolingError; a backup that does not verify, because a page or a segment is damaged, ends
    with exit code DAMAGED and stays marked.
    """
    barman = driver.configure(settings, connection)
    found = reset.start(barman, connection)
    full = full or (found is not None and found.backup_due is not None)
    before = {one.backup_id for one in catalog.backups(settings)}
    options = ["--wait", f"--wait-timeout={_WAL_SECONDS}"]
    parent = None if full else _parent(settings, connection)
    if parent is not None:
        options.append(f"--incremental={parent.backup_id}")
    try:
        _back_up(barman, connection, options)
    except ToolingError as error:
        raise _explained(error, settings, before) from error
    made = next(one for one in catalog.backups(settings) if one.backup_id not in before)
    verified = verify(barman, made, whole=False)
    if verified.problem is None and verified.parent is None:
        follow.demand_backup(settings, None)
    return verified


def verify(barman: Barman, backup: Backup, *, whole: bool = True) -> Backup:
    """Check a backup, those it adds to, and its WAL; keep and return what was found.

    With `whole` WAL is read up to its newest segment. The server is not needed.
    """
    settings = barman.settings
    problem = damage(barman, backup)
    problem = problem or timelines.check(settings, backup, barman.bin_dir, whole=whole)
    catalog.record(settings, backup.backup_id, problem)
    return replace(backup, problem=problem, checked_at=None if problem else datetime.now(UTC))


def damage(barman: Barman, backup: Backup) -> str | None:
    """Return what pg_verifybackup finds in a backup or one that it adds to; None if nothing."""
    for link in catalog.chain(backup, catalog.backups(barman.settings)):
        copying.relink(barman.settings, link)
        folder = catalog.data(barman.settings, link.backup_id)
        words = ("--no-parse-wal", "--exit-on-error", folder)
        done = programs.run(barman.bin_dir, "pg_verifybackup", *words)
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["it does not verify"]
            return f"backup {link.backup_id}: {said[0].rpartition('error: ')[2]}"
    return None


def newest_sound(known: Sequence[Backup]) -> Backup | None:
    """Return the newest complete backup that passed its last check."""
    return next((one for one in reversed(known) if one.is_done and one.checked_at), None)


def _back_up(barman: Barman, connection: psycopg.Connection[Any], options: Sequence[str]) -> None:
    """Let Barman take the backup; its own checks may find a receiver that only just starts."""
    for _ in range(_TRIES - 1):
        try:
            _run(barman, options)
            return
        except ToolingError as error:
            if _TOO_EARLY not in error.message:
                raise
        time.sleep(1)
        driver.start_receiver(barman, connection)
    _run(barman, options)


def _run(barman: Barman, options: Sequence[str]) -> None:
    """Begin in a second that names no backup: Barman names one so, and writes over its namesake."""
    while _taken(barman.settings, datetime.now(UTC)):
        time.sleep(0.05)
    barman.run("backup", *options)


def _taken(settings: BackupSettings, begin: datetime) -> bool:
    first, last = (at.strftime("%Y%m%dT%H%M%S") for at in (begin, begin + _LONGEST_START))
    return any(first <= one.backup_id <= last for one in catalog.backups(settings))


def _parent(settings: BackupSettings, connection: psycopg.Connection[Any]) -> Backup | None:
    """Return what an increment can add to; None where a full backup is due."""
    if connection.info.server_version // 10000 < INCREMENTAL_SINCE:
        return None
    summaries = connection.execute("select current_setting('summarize_wal')").fetchone()
    known = catalog.backups(settings)
    newest = newest_sound(known)
    complete = [one for one in known if one.is_done]
    if summaries != ("on",) or newest is None or newest is not complete[-1]:
        return None
    full = catalog.chain(newest, known)[0]
    begun = full.begin_time or datetime.min.replace(tzinfo=UTC)
    young = datetime.now(UTC) - begun < timedelta(days=settings.full_every)
    return newest if young else None


def _explained(error: ToolingError, settings: BackupSettings, before: set[str]) -> ToolingError:
    """Say so if WAL did not arrive, or pages of the server were found damaged while read."""
    if _NOT_RECEIVED in error.message:
        return ToolingError(
            error.message,
            hint="See whether the WAL receiver runs and how far it is behind; if it cannot follow "
            "the server, reset it with `tooling backup reset-receiver`.",
        )
    log = settings.home / "barman.log"
    tail = _tail(log)
    made = [one for one in catalog.backups(settings) if one.backup_id not in before]
    if "checksum" not in tail or not made:
        return error
    bad = [line for line in tail.splitlines() if "checksum verification failed" in line]
    what = bad[0].rpartition("WARNING:  ")[2] if bad else "checksum verification failed"
    return ToolingError(
        f"the server's data is damaged: {what}",
        hint="Restore the newest backup into another folder: `tooling restore --to FOLDER`.",
        exit_code=Exit.DAMAGED,
    )


def _tail(file: Path, size: int = 20_000) -> str:
    try:
        return file.read_bytes()[-size:].decode("utf-8", "replace")
    except OSError:
        return ""
