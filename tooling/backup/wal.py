"""The archived log: which segments there are, and whether every record in them is whole."""

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tooling.backup import catalog, programs
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings

_SEGMENT = re.compile(r"[0-9A-F]{24}")
_PAGE = 8192


@dataclass(frozen=True)
class Segment:
    """A segment's name, taken apart: timeline, and number since the beginning of the log."""

    timeline: int
    number: int


def parse(name: str, size: int) -> Segment:
    """Take a segment's name apart; `size` is that of segments, in bytes."""
    high, low = int(name[8:16], 16), int(name[16:], 16)
    return Segment(int(name[:8], 16), high * (2**32 // size) + low)


def segment_name(segment: Segment, size: int) -> str:
    """Return the name of a segment."""
    high, low = divmod(segment.number, 2**32 // size)
    return f"{segment.timeline:08X}{high:08X}{low:08X}"


def lsn(position: int) -> str:
    """Return a position in the log as PostgreSQL writes it."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"


def position(text: str) -> int:
    """Return the position that PostgreSQL writes as `text`."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def archived(settings: BackupSettings) -> dict[str, Path]:
    """Return the archived segments by name, in order."""
    files = (catalog.folder(settings) / "wals").glob("*/*")
    return {file.name: file for file in sorted(files) if _SEGMENT.fullmatch(file.name)}


def partial(settings: BackupSettings) -> Path | None:
    """Return the segment that is being received; None if there is none."""
    found = sorted((catalog.folder(settings) / "streaming").glob("*.partial"))
    return found[-1] if found else None


def histories(settings: BackupSettings) -> dict[int, list[tuple[int, int]]]:
    """Return, for each timeline with a history, its ancestors and the positions they ended at."""
    found = {}
    places = ("wals", "streaming")
    for file in (f for p in places for f in (catalog.folder(settings) / p).glob("*.history")):
        found[int(file.name[:8], 16)] = ends(file.read_text(encoding="utf-8"))
    return found


def ends(history: str) -> list[tuple[int, int]]:
    """Return the timelines of a history file, and the positions at which they ended."""
    lines = (line.split() for line in history.splitlines())
    return [(int(words[0]), position(words[1])) for words in lines if len(words) > 1]


def is_segment(name: str) -> bool:
    """Tell whether a file is a segment, whole or partial."""
    return _SEGMENT.fullmatch(name.removesuffix(".partial")) is not None


def check(settings: BackupSettings, backup: Backup, bin_dir: Path, *, whole: bool) -> str | None:
    """Return what is wrong with the log from the begin of a backup on; None if nothing.

    With `whole` all of it is read, up to the newest segment of the newest timeline; else what the
    backup itself needs. A segment that is missing, cut short or damaged in a single bit is found.
    """
    segments = archived(settings)
    for name, file in segments.items():
        found = file.stat().st_size
        if name >= str(backup.begin_wal) and found != backup.segment_size:
            return f"{name} in the archive has {found} bytes, not {backup.segment_size}"
    with tempfile.TemporaryDirectory(prefix="eagle-wal-") as scratch:
        links = Path(scratch)
        for name, file in segments.items():
            (links / name).symlink_to(file)
        coming = partial(settings)
        if coming is not None and coming.stem not in segments:
            (links / coming.stem).symlink_to(coming)
        stretches = _stretches(settings, backup) if whole else []
        if not stretches:
            stretches = [(backup.timeline, position(str(backup.begin_lsn)), _end(backup))]
        present = {file.name for file in links.iterdir()}
        if gap := _missing(present, stretches, backup.segment_size):
            return f"{gap} is missing from the archive"
        said = (_read(bin_dir, links, one, backup.segment_size) for one in stretches)
        return next(filter(None, said), None)


def _stretches(settings: BackupSettings, backup: Backup) -> list[tuple[int, int, int]]:
    """Return timelines with begin and end, from a backup to the newest complete segment."""
    size, begin = backup.segment_size, position(str(backup.begin_lsn))
    known = histories(settings)
    newest = max([backup.timeline, *known])
    path = [(timeline, end) for timeline, end in known.get(newest, []) if end > begin]
    if backup.timeline not in [newest, *(timeline for timeline, _ in path)]:
        newest, path = backup.timeline, []
    of_it = [parse(name, size) for name in archived(settings)]
    last = max((one.number for one in of_it if one.timeline == newest), default=-1)
    found = []
    for timeline, end in [*path, (newest, max((last + 1) * size, _end(backup)))]:
        if end > begin:
            found.append((timeline, begin, end))
            begin = end
    return found


def _missing(present: set[str], stretches: list[tuple[int, int, int]], size: int) -> str | None:
    """Return the first segment that the stretches need and that is not there."""
    for timeline, begin, end in stretches:
        for number in range(begin // size, -(-end // size)):
            name = segment_name(Segment(timeline, number), size)
            if name not in present:
                return name
    return None


def _end(backup: Backup) -> int:
    return position(str(backup.end_lsn))


def _read(bin_dir: Path, folder: Path, stretch: tuple[int, int, int], size: int) -> str | None:
    timeline, begin, end = stretch
    following = segment_name(Segment(timeline, end // size), size)
    if end % size == 0 and not (folder / following).exists():
        end -= _PAGE
    words = ["--quiet", "--path", str(folder)]
    words += ["--timeline", str(timeline), "--start", lsn(begin), "--end", lsn(end)]
    done = programs.run(bin_dir, "pg_waldump", *words)
    said = done.stderr.strip()
    if done.returncode == 0 or f'could not find file "{following}"' in said:
        return None
    return said.splitlines()[-1].removeprefix("pg_waldump: error: ") if said else "unreadable"
