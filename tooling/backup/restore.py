"""Restore a backup and the WAL after it into a folder, checked while it is copied."""

import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from tooling.backup import catalog, copying, reset, take, timelines
from tooling.backup.barman import Barman
from tooling.backup.catalog import Backup
from tooling.backup.recovery import Tell
from tooling.backup.settings import BackupSettings
from tooling.backup.target import Choice, Target, candidates
from tooling.errors import Exit, ToolingError
from tooling.server.server import Server

Place = Callable[[Backup], copying.Spaces]
"""Where the tablespaces of a backup go."""


@dataclass(frozen=True)
class Restored:
    """What was restored from which backup; `skipped` are newer backups that are damaged, and how.

    Seconds: copying with its checks, then recovery until connections were accepted; 0 if not
    started.
    """

    choice: Choice
    target: Target
    server: Server
    spaces: copying.Spaces
    copy_seconds: float
    recovery_seconds: float = 0.0
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def backup(self) -> Backup:
        """The backup."""
        return self.choice.backup


def beside(data: Path) -> Place:
    """Return the rule for tablespaces of a copy: a folder each, beside its data directory."""
    folder = data.with_name(f"{data.name}.tablespaces")
    return lambda backup: {one.oid: folder / str(one.oid) for one in backup.tablespaces}


def restore(
    barman: Barman,
    server: Server,
    target: Target,
    backup_id: str | None = None,
    place: Place | None = None,
) -> Restored:
    """Fill the data directory of `server`, which must not be there, and leave it to be started.

    Without `backup_id` the newest sound backup before the target is taken. Raises InputError if
    none leads to the target, and ToolingError with exit code DAMAGED if what is needed is damaged;
    nothing is left in the folder then.
    """
    skipped: dict[str, str] = {}
    began = time.monotonic()
    for choice in candidates(barman, target, backup_id):
        spaces = (place or beside(server.data_dir))(choice.backup)
        problem = _copy(barman, choice, server.data_dir, spaces)
        if problem is None:
            seconds = round(time.monotonic() - began, 2)
            return Restored(choice, target, server, spaces, seconds, skipped=skipped)
        catalog.record(barman.settings, choice.backup.backup_id, problem)
        skipped[choice.backup.backup_id] = problem
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


def add_received(barman: Barman, restored: Restored) -> Restored:
    """Copy what has been received of WAL since, before the server is started."""
    choice = restored.choice
    line = timelines.line(barman.settings, choice.backup, choice.line.timeline) or choice.line
    copying.wal(line, restored.server.data_dir, max(choice.line.segments, default=0))
    return replace(restored, choice=replace(choice, line=line))


def keep_history(settings: BackupSettings, data: Path) -> int:
    """Tell the archive of the timeline that a recovered server writes now; return it.

    Else the one that was left would count as the current one until the receiver reconnects.
    """
    newest = max((data / "pg_wal").glob("*.history"), default=None)
    if newest is None:
        return 1
    folder = catalog.folder(settings)
    target = folder / "streaming" / newest.name
    if not target.exists() and not (folder / "wals" / newest.name).exists():
        copying.atomically(newest, target)
    return int(newest.stem, 16)


def after_recovery(settings: BackupSettings, timeline: int, tell: Tell) -> None:
    """Let the receiver follow the new timeline, and demand a backup of it."""
    try:
        done = reset.reset(settings)
    except (ToolingError, psycopg.Error) as error:
        tell(f"the WAL receiver was not reset: {error}")
        done = None
    if done is not None and done.backup_due:
        reset.report(done, tell)
        return
    tell(
        f"the server writes timeline {timeline} now, and has no backup of it: take one with "
        "`tooling backup run --full`"
    )


def _copy(barman: Barman, choice: Choice, data: Path, spaces: copying.Spaces) -> str | None:
    """Copy and check at once, as they use a disk and a processor; return what is damaged."""
    settings, backup = barman.settings, choice.backup
    whole = not choice.goal
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    for link in catalog.chain(backup, catalog.backups(settings)):
        copying.relink(settings, link)
    try:
        with ThreadPoolExecutor(2) as pool:
            asked = [
                pool.submit(take.damage, barman, backup),
                pool.submit(
                    timelines.check, settings, backup, barman.bin_dir,
                    whole=whole, timeline=choice.line.timeline,
                ),
            ]  # fmt: skip
            failure: ToolingError | None = None
            try:
                copying.base(barman, backup, data, spaces)
                copying.wal(choice.line, data)
            except ToolingError as error:
                failure = error
            problem = next(filter(None, (one.result() for one in asked)), None)
        if failure and not problem:
            raise failure
    except BaseException:
        discard(data, spaces)
        raise
    if problem:
        discard(data, spaces)
    return problem


def discard(data: Path, spaces: copying.Spaces) -> None:
    """Delete a copy that is of no use."""
    for folder in (data, *spaces.values()):
        shutil.rmtree(folder, ignore_errors=True)
