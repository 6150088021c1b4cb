"""The disaster-recovery test: the newest backup restored beside, and proven equal to its source."""

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tooling import fingerprint
from tooling.backup import barman as driver
from tooling.backup import catalog, compare, reset, side
from tooling.backup.compare import Check
from tooling.backup.moment import moment
from tooling.backup.restore import Restored
from tooling.backup.settings import BackupSettings
from tooling.backup.target import Target
from tooling.database import connect

BACKUP = "eagle_backup"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Drill:
    """What a disaster-recovery test found. Seconds; `ratio` is recovery over a plain copy."""

    at: datetime
    backup: str
    target_lsn: str
    postgresql: int
    machine: str
    load: float
    bytes: int
    receiver: str
    recovery_time_seconds: float
    recovery_point_seconds: float
    plain_copy_seconds: float
    skipped: dict[str, str]
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Tell whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def ratio(self) -> float:
        """Recovery time in plain copies of the same data directory."""
        return round(self.recovery_time_seconds / max(self.plain_copy_seconds, 0.001), 2)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        values = {**vars(self), "at": self.at.isoformat(timespec="seconds")}
        values["checks"] = [check.as_dict() for check in self.checks]
        return {"passed": self.passed, **values, "ratio": self.ratio}


def run(settings: BackupSettings, url: str, tell: Tell = lambda _: None) -> Drill:
    """Restore the newest backup and the log up to now, and compare it with the server at `url`.

    The server goes on; the copy is in a folder of its own, and goes. Recovery and plain copy both
    begin with nothing of others waiting for the disk. Raises ToolingError if there is nothing to
    restore.

    A backup that passed counts as verified from then on.
    """
    with connect(url, role=BACKUP, autocommit=True) as connection:
        barman = driver.configure(settings, connection)
        following = driver.receiving(connection)
        reset.start(barman, connection)
    with moment(url, settings) as now:
        tell(f"comparing at {now.lsn}")
        objects = fingerprint.catalog(url, pg_dump=barman.bin_dir / "pg_dump")
        target = Target(lsn=now.lsn)
        os.sync()
        with side.scratch(barman, target, tell=tell) as restored, ThreadPoolExecutor(1) as pool:
            tell(f"restored {restored.backup.backup_id}")
            source = pool.submit(compare.rows, now.connection)
            copy = side.url(url, restored)
            checks = [_receiver(following)]
            checks += _compare(objects, source.result, copy, barman.bin_dir, tell)
            restored.server.stop()
            os.sync()
            size, seconds = _plain_copy(restored)
    done = Drill(
        at=datetime.now(UTC),
        backup=restored.backup.backup_id,
        target_lsn=now.lsn,
        postgresql=restored.backup.version,
        machine=f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}",
        load=round(os.getloadavg()[0], 1),
        bytes=size,
        receiver=following or "none",
        recovery_time_seconds=round(restored.copy_seconds + restored.recovery_seconds, 2),
        recovery_point_seconds=0.0 if following == "sync" else round(now.behind_seconds, 3),
        plain_copy_seconds=round(seconds, 2),
        skipped=dict(restored.skipped),
        checks=tuple(checks),
    )
    if done.passed:
        catalog.record_restored(settings, done.backup)
    return done


def _receiver(following: str | None) -> Check:
    seen = f"follows {following}" if following else "no receiver was running: it was started now"
    return Check("receiver", following is not None, seen, 0.0)


def _compare(
    objects: str, source: Callable[[], compare.Rows], url: str, bin_dir: Path, tell: Tell
) -> list[Check]:
    done = []

    def look(name: str, what: Callable[[], tuple[bool, str]]) -> None:
        done.append(compare.timed(name, what))
        tell(f"{name}: {done[-1].seen}")

    # A copy has the code of the source's owner, and a superuser of the copy is one of its machine.
    with connect(url, role=BACKUP) as connection:
        look("objects", lambda: compare.same_objects(objects, url, bin_dir))
        look("rows", lambda: compare.same_rows(source(), compare.rows(connection)))
    with connect(url, role="eagle_auditor", autocommit=True) as auditor:
        look("chains", lambda: compare.sound_chains(auditor))
    with connect(url, role="eagle_operator", autocommit=True) as operator:
        look("integrity", lambda: compare.sound_data(operator))
    look("queries", lambda: compare.answers(url))
    look("pages", lambda: compare.sound_pages(url, bin_dir))
    return done


def _plain_copy(restored: Restored) -> tuple[int, float]:
    """Copy a stopped data directory and its tablespaces as they are; return bytes and seconds."""
    to = restored.server.data_dir.with_name("plain-copy")
    to.mkdir()
    folders = [restored.server.data_dir, *restored.spaces.values()]
    began = time.monotonic()
    subprocess.run(["cp", "-a", *folders, to], check=True)  # noqa: S603, S607
    seconds = time.monotonic() - began
    size = sum(file.lstat().st_size for file in to.rglob("*") if file.is_file())
    shutil.rmtree(to)
    return size, seconds
