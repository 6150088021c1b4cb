"""The WAL that recovery reads from a backup on, along the history of a timeline."""

import contextlib
import itertools
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tooling.backup import catalog, programs, wal
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings

PARTIAL = ".partial"
_SEGMENT = re.compile(r"([0-9A-F]{24})(?:\.partial)?")
_PAGE = 8192

Stretch = tuple[int, int, int | None]


@dataclass(frozen=True)
class Line:
    """The WAL from a backup to the end of a timeline, in Barman's folder `place`.

    `segments` are the files by segment number, without a gap, each named for the timeline that
    recovery reads it from. `end` is where the WAL has to end if the last file goes on beyond it,
    on a timeline that was left there. `missing` is the first segment that is not there although
    later ones are.
    """

    place: Path
    timeline: int
    size: int
    segments: Mapping[int, Path]
    end: int | None = None
    missing: str | None = None

    def name(self, number: int) -> str:
        """Return the name under which recovery asks for a segment."""
        return self.segments[number].name.removesuffix(PARTIAL)

    def alias(self, number: int) -> str:
        """Return the name of a segment as if all were of the last timeline."""
        return wal.segment_name(wal.Segment(self.timeline, number), self.size)

    def files(self, number: int) -> tuple[Path, ...]:
        """Return where the file of a segment is, and where it may have been moved since."""
        name = self.name(number)
        later = self.place / "streaming" / name, self.place / "wals" / name[:16] / name
        return self.segments[number], *later


def current(settings: BackupSettings) -> int:
    """Return the timeline that the server writes, or wrote last: the newest that is known."""
    known = {int(name[:8], 16) for name in _files(catalog.folder(settings))}
    known |= {one.timeline for one in catalog.backups(settings)}
    return max(known | wal.histories(settings).keys(), default=1)


def line(settings: BackupSettings, backup: Backup, timeline: int | None = None) -> Line | None:
    """Return the WAL from a backup to the end of a timeline, the current one if none is named.

    None if the backup was taken on another timeline, or after that one was left.
    """
    wanted = current(settings) if timeline is None else timeline
    stretches = _stretches(wal.histories(settings), wanted)
    begin, end = wal.position(str(backup.begin_lsn)), wal.position(str(backup.end_lsn))
    of_it = [number for number, one in enumerate(stretches) if one[0] == backup.timeline]
    if not of_it or end > (stretches[of_it[0]][2] or end):
        return None
    place, size = catalog.folder(settings), backup.segment_size
    return _follow(place, _files(place), stretches[of_it[0] :], (begin, end), size)


def check(
    settings: BackupSettings,
    backup: Backup,
    bin_dir: Path,
    *,
    whole: bool,
    timeline: int | None = None,
) -> str | None:
    """Return what is wrong with the WAL from the begin of a backup on; None if nothing.

    With `whole` all of it is read, up to the newest complete segment of the timeline; else what the
    backup itself needs. A segment that is missing, cut short or damaged in a single bit is found.
    """
    found = line(settings, backup, timeline) or line(settings, backup, backup.timeline)
    assert found is not None  # noqa: S101 - a backup is on its own timeline
    begin, end = wal.position(str(backup.begin_lsn)), wal.position(str(backup.end_lsn))
    needed = range(begin // found.size, -(-end // found.size))
    if found.missing and (whole or not set(needed) <= found.segments.keys()):
        return f"{found.missing} is missing from the archive"
    with linked(found) as links:
        for number, file in found.segments.items():
            size = (links / found.alias(number)).stat().st_size
            if file.suffix != PARTIAL and size != found.size:
                return f"{found.name(number)} in the archive has {size} bytes, not {found.size}"
        if whole:
            complete = [one for one, file in found.segments.items() if file.suffix != PARTIAL]
            end = max(end, (max(complete, default=0) + 1) * found.size)
            end = min(end, found.end or end)
        return _read(bin_dir, links, found, begin, end)


@contextlib.contextmanager
def linked(found: Line) -> Iterator[Path]:
    """Yield a folder with the segments under the names of one timeline, as pg_waldump reads them.

    A segment in which a timeline begins holds what is before that, too.
    """
    home = found.place.parent
    where = home if os.access(home, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="reading-", dir=where) as scratch:
        for number in found.segments:
            _link(found, number, Path(scratch) / found.alias(number))
        yield Path(scratch)


def _link(found: Line, number: int, target: Path) -> None:
    """Link a file by its inode: the receiver renames it when it is complete, Barman moves it."""
    for file in found.files(number):
        try:
            target.hardlink_to(file)
        except FileNotFoundError:
            continue
        except OSError:
            target.symlink_to(file)
        return


def _stretches(histories: Mapping[int, list[tuple[int, int]]], timeline: int) -> list[Stretch]:
    """Return the timelines that lead to one, with begin and end; the last has no end."""
    found: list[Stretch] = []
    begin = 0
    for ancestor, end in histories.get(timeline, []):
        found.append((ancestor, begin, end))
        begin = end
    return [*found, (timeline, begin, None)]


def _files(place: Path) -> dict[str, Path]:
    """Return the segments by name: archived, else received, else what has been received of it.

    A reset of the receiver moves what it has received of a timeline that was left to `discarded`.
    """
    found: dict[str, Path] = {}
    # Files are moved from the first to the second meanwhile, and renamed when they are complete.
    streaming = [*place.glob("streaming/*")]
    files = [*place.glob("wals/*/*"), *streaming, *place.parent.glob("discarded/*/*")]
    for file in sorted(files, key=lambda file: file.suffix == PARTIAL):
        if match := _SEGMENT.fullmatch(file.name):
            found.setdefault(match[1], file)
    for name, file in found.items():
        if file.suffix == PARTIAL and not file.exists():
            found[name] = file.with_suffix("")
    return found


def _follow(
    place: Path,
    files: Mapping[str, Path],
    stretches: list[Stretch],
    needed: tuple[int, int],
    size: int,
) -> Line:
    """Choose a file for each segment as recovery does: the newest timeline's that can have it."""
    (begin, end), timeline = needed, stretches[-1][0]
    there: dict[tuple[int, int], Path] = {}
    last = {of: -1 for of, _, _ in stretches}
    for name, file in files.items():
        one = wal.parse(name, size)
        if one.timeline in last:
            there[one.timeline, one.number] = file
            last[one.timeline] = max(last[one.timeline], one.number)
    segments: dict[int, Path] = {}
    for number in itertools.count(begin // size):
        able = [
            (of, until)
            for of, since, until in reversed(stretches)
            if since // size <= number and (until is None or number <= (until - 1) // size)
        ]
        of, until = next((one for one in able if (one[0], number) in there), (None, None))
        left = until is not None and number == until // size
        if of is not None:
            segments[number] = there[of, number]
        torn = of is not None and segments[number].suffix == PARTIAL
        if of is None or left or torn:
            newer = any(
                last[one] > number and (ended is None or ended > (number + 1) * size)
                for one, _, ended in stretches
                if of is None or one > of or (torn and one == of)
            )
            lost = wal.segment_name(wal.Segment(able[0][0], number), size)
            short = newer or (of is None and number * size < end)
            until = until if left else None
            return Line(place, timeline, size, segments, until, lost if short else None)
    raise AssertionError


def _read(bin_dir: Path, links: Path, found: Line, begin: int, end: int) -> str | None:
    following = end // found.size
    if end % found.size == 0 and following not in found.segments:
        end -= _PAGE
    words = ["--quiet", "--path", str(links), "--timeline", str(found.timeline)]
    words += ["--start", wal.lsn(begin), "--end", wal.lsn(end)]
    done = programs.run(bin_dir, "pg_waldump", *words)
    said = done.stderr.strip()
    if done.returncode == 0 or f'could not find file "{found.alias(following)}"' in said:
        return None
    return said.splitlines()[-1].removeprefix("pg_waldump: error: ") if said else "unreadable"
