"""Named points in the log: what `select pg_create_restore_point('before-import')` leaves."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tooling.backup import programs, wal
from tooling.backup.barman import Barman
from tooling.backup.catalog import Backup

_POINT = re.compile(r"lsn: ([0-9A-F]+/[0-9A-F]+),.* desc: RESTORE_POINT (.*)$", re.MULTILINE)


def leading_to(barman: Barman, name: str, candidates: Sequence[Backup]) -> list[Backup]:
    """Return the candidates, newest first, after whose end the point lies; read from the log."""
    for number, backup in enumerate(candidates):
        end = wal.position(str(backup.end_lsn))
        if any(found == name and at >= end for at, found in named(barman, backup)):
            return list(candidates[number:])
    return []


def named(barman: Barman, since: Backup) -> list[tuple[int, str]]:
    """Return position and name of each point after the begin of a backup, on its timeline."""
    segments = wal.archived(barman.settings)
    coming = wal.partial(barman.settings)
    with tempfile.TemporaryDirectory(prefix="eagle-wal-") as scratch:
        for name, file in segments.items():
            (Path(scratch) / name).symlink_to(file)
        if coming is not None and coming.stem not in segments:
            (Path(scratch) / coming.stem).symlink_to(coming)
        words = ["--rmgr=XLOG", "--path", scratch]
        words += ["--timeline", str(since.timeline), "--start", str(since.begin_lsn)]
        done = programs.run(barman.bin_dir, "pg_waldump", *words)
    return [(wal.position(at), name) for at, name in _POINT.findall(done.stdout)]
