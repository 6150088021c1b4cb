"""Points in the WAL: named ones, the last commit, and the moments that a backup leads to."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tooling.backup import programs, timelines, wal
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.backup.timelines import Line

_POINT = re.compile(r"lsn: ([0-9A-F]+/[0-9A-F]+),.* desc: RESTORE_POINT (.*)$", re.MULTILINE)
_ENDED = re.compile(
    r"desc: (?:COMMIT|ABORT)\S* .*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC", re.MULTILINE
)
_INVALID = re.compile(r" at ([0-9A-F]+/[0-9A-F]+)(?:: |$)")


@dataclass(frozen=True)
class Window:
    """The moments that a backup leads to on a timeline: from its end to the last commit received.

    `missing` is the segment, if any, without which later ones are of no use.
    """

    begin: datetime
    end: datetime
    timeline: int
    missing: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON; times in ISO 8601."""
        return {**vars(self), "begin": self.begin.isoformat(), "end": self.end.isoformat()}


def windows(
    settings: BackupSettings, bin_dir: Path, known: list[Backup]
) -> dict[str, Window | None]:
    """Return the window of each complete backup; None for one on a timeline that was left."""
    ends: dict[tuple[int, str], datetime | None] = {}
    found: dict[str, Window | None] = {}
    timeline = timelines.current(settings)
    for one in reversed(known):
        if not one.is_done or one.end_time is None:
            continue
        line = timelines.line(settings, one, timeline)
        if line is None:
            found[one.backup_id] = None
            continue
        tail = (line.timeline, line.name(max(line.segments)) if line.segments else "")
        if tail not in ends:
            ends[tail] = last_commit(bin_dir, line, one)
        end = max(one.end_time, ends[tail] or one.end_time)
        found[one.backup_id] = Window(one.end_time, end, line.timeline, line.missing)
    return found


def last_commit(bin_dir: Path, line: Line, since: Backup) -> datetime | None:
    """Return the latest end of a transaction in the last WAL that has any; None if none has."""
    begin = wal.position(str(since.begin_lsn))
    with timelines.linked(line) as links:
        for number in sorted(line.segments, reverse=True):
            start = max(begin, number * line.size)
            words = ["--rmgr=Transaction", "--start", wal.lsn(start)]
            if number + 1 in line.segments:
                words += ["--end", wal.lsn((number + 1) * line.size)]
            elif line.end:
                words += ["--end", wal.lsn(line.end)]
            if ended := _ENDED.findall(_dump(bin_dir, links, line, *words)):
                return max(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in ended)
    return None


def has_record_at(bin_dir: Path, line: Line, position: int) -> bool:
    """Tell whether a record begins at or after a position."""
    if position // line.size not in line.segments or (line.end and position >= line.end):
        return False
    with timelines.linked(line) as links:
        return bool(_dump(bin_dir, links, line, "--start", wal.lsn(position), "--limit=1"))


def end_of(bin_dir: Path, line: Line) -> int:
    """Return the position at which the WAL that was received ends."""
    if line.end:
        return line.end
    last = max(line.segments)
    with timelines.linked(line) as links:
        words = ["--quiet", "--start", wal.lsn(last * line.size)]
        done = programs.run(bin_dir, "pg_waldump", *_where(links, line), *words)
    found = _INVALID.findall(done.stderr)
    return wal.position(found[-1]) if found else (last + 1) * line.size


def named(bin_dir: Path, line: Line, since: Backup) -> set[str]:
    """Return the names of the points after the end of a backup."""
    begin, end = str(since.begin_lsn), wal.position(str(since.end_lsn))
    words = ["--rmgr=XLOG", "--start", begin]
    words += ["--end", wal.lsn(line.end)] if line.end else []
    with timelines.linked(line) as links:
        said = _dump(bin_dir, links, line, *words)
    return {name for at, name in _POINT.findall(said) if wal.position(at) >= end}


def _dump(bin_dir: Path, links: Path, line: Line, *words: str) -> str:
    return programs.run(bin_dir, "pg_waldump", *_where(links, line), *words).stdout


def _where(links: Path, line: Line) -> list[str]:
    return ["--path", str(links), "--timeline", str(line.timeline)]
