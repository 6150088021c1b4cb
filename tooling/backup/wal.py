"""The archived WAL: which segments there are, and what their names say."""

import re
from dataclasses import dataclass
from pathlib import Path

from tooling.backup import catalog
from tooling.backup.settings import BackupSettings

_SEGMENT = re.compile(r"[0-9A-F]{24}")


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
