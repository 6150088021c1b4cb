"""Restore a backup and the log after it into a folder, checked while it is copied."""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tooling.backup import catalog, points, take, wal
from tooling.backup.barman import Barman
from tooling.backup.catalog import Backup
from tooling.errors import Exit, InputError, RefusedError, ToolingError
from tooling.server import places
from tooling.server.server import Server

NEVER: Mapping[str, object] = {"synchronous_standby_names": "", "archive_mode": "off"}
"""Settings of every restored server: its commits wait for nobody, and it archives nowhere."""


@dataclass(frozen=True)
class Target:
    """The moment to restore to; without one, the newest that there is. At most one is given."""

    time: datetime | None = None
    name: str | None = None
    lsn: str | None = None

    def options(self) -> list[str]:
        """Return Barman's options for it."""
        if self.time:
            said = [f"--target-time={self.time.astimezone(UTC).isoformat(sep=' ')}"]
        elif self.name:
            said = [f"--target-name={self.name}"]
        elif self.lsn:
            said = [f"--target-lsn={self.lsn}"]
        else:
            return ["--target-tli=latest"]
        return [*said, "--target-tli=latest", "--target-action=promote"]

    def __str__(self) -> str:
        """Return it in words."""
        if self.time:
            return self.time.isoformat(sep=" ")
        return self.name or self.lsn or "latest"


@dataclass(frozen=True)
class Restored:
    """What was restored from which backup; `skipped` are newer backups that are damaged, and how.

    Seconds: copying with its checks, then recovery until connections were accepted; 0 if not
    started.
    """

    backup: Backup
    target: Target
    server: Server
    copy_seconds: float
    recovery_seconds: float = 0.0
    skipped: Mapping[str, str] = field(default_factory=dict)


def restore(
    barman: Barman, server: Server, target: Target, backup_id: str | None = None
) -> Restored:
    """Fill the data folder of `server`, which must not be there, and leave it to be started.

    Without `backup_id` the newest sound backup before the target is taken. Raises ToolingError with
    exit code CHANGED if what is needed is damaged; nothing is left in the folder then.
    """
    skipped: dict[str, str] = {}
    began = time.monotonic()
    for backup in candidates(barman, target, backup_id):
        problem = _copy(barman, backup, server, target)
        if problem is None:
            seconds = time.monotonic() - began
            return Restored(backup, target, server, round(seconds, 2), skipped=skipped)
        catalog.record(barman.settings, backup.backup_id, problem)
        skipped[backup.backup_id] = problem
        if not problem.startswith("backup "):
            break
    name, problem = next(iter(skipped.items()))
    raise ToolingError(
        f"{name} is damaged, and no older one can be restored to {target}: {problem}"
        if problem.startswith("backup ")
        else f"the WAL after {name} is damaged: {problem}",
        hint="`tooling backup list` shows the other backups; --target-time restores to a moment "
        "before the damage.",
        exit_code=Exit.DAMAGED,
    )


def candidates(barman: Barman, target: Target, backup_id: str | None) -> list[Backup]:
    """Return the backups that lead to a target, the best first. Raises InputError."""
    settings = barman.settings
    if backup_id is not None:
        return [catalog.find(settings, backup_id)]
    found = [one for one in reversed(catalog.backups(settings)) if one.is_done]
    if target.time:
        found = [one for one in found if one.end_time and one.end_time <= target.time]
    elif target.lsn:
        end = wal.position(target.lsn)
        found = [one for one in found if wal.position(str(one.end_lsn)) <= end]
    elif target.name:
        found = points.leading_to(barman, target.name, found)
    if not found:
        raise InputError(
            f"no backup in {catalog.folder(settings)} can be restored to {target}",
            hint="The end of the oldest backup is the earliest moment: `tooling backup list`.",
        )
    return found


def _copy(barman: Barman, backup: Backup, server: Server, target: Target) -> str | None:
    """Copy and check at once, as they use a disk and a processor; return what is damaged."""
    folder = server.data_dir
    whole = target == Target()
    looks: list[Callable[[], str | None]] = [
        lambda: take.damage(barman, backup),
        lambda: wal.check(barman.settings, backup, barman.bin_dir, whole=whole),
    ]
    with ThreadPoolExecutor(len(looks)) as pool:
        asked = [pool.submit(look) for look in looks]
        failure: ToolingError | None = None
        try:
            options = [*target.options(), "--partial-wal", *_combining(barman, backup, folder)]
            barman.run("restore", *options, backup.backup_id, str(folder))
        except ToolingError as error:
            failure = error
        problem = next(filter(None, (one.result() for one in asked)), None)
    if problem or failure:
        shutil.rmtree(folder, ignore_errors=True)
    if failure and not problem:
        raise failure
    return problem


def _combining(barman: Barman, backup: Backup, folder: Path) -> list[str]:
    """Return the option by which increments are put together without copying every byte twice."""
    same = barman.settings.home.stat().st_dev == folder.parent.stat().st_dev
    if backup.parent and same and hasattr(os, "copy_file_range"):
        return ["--combine-mode=copy-file-range"]
    return []


def make_room(server: Server, overwrite: int) -> Path | None:
    """Move a cluster out of the way of a restore; return where it is now, None if there was none.

    A stopped one asks for `overwrite` 1, a running one, which is stopped, for 2. Raises
    RefusedError.
    """
    folder = server.data_dir
    if not folder.exists() or not any(folder.iterdir()):
        if folder.exists():
            folder.rmdir()
        return None
    if server.is_running() and overwrite < 2:
        raise RefusedError(
            f"a server runs in {folder}",
            hint="Restore into another folder with --to, or give --overwrite twice to stop it "
            "and put the backup in its place.",
        )
    if overwrite < 1:
        raise RefusedError(
            f"{folder} holds files",
            hint="Restore into another folder with --to, or give --overwrite to move them away.",
        )
    server.stop("immediate")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    return folder.rename(folder.with_name(f"{folder.name}.before-{stamp}"))


def settle(server: Server, settings: Mapping[str, object]) -> None:
    """Write settings that stand above the restored ones, and give the files to the server."""
    folder = server.data_dir
    (folder / "postgresql.conf").touch()
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in {**NEVER, **settings}.items()]
    with (folder / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    account = places.account_of(folder.parent)
    for here, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            path = Path(here) / name
            if account is not None:
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
    folder.chmod(0o700)


def _quoted(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("'", "''")
