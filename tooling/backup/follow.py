"""Whether the receiver can follow its server: timeline, position and replication slot."""

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from tooling.backup import barman, catalog, wal
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings
from tooling.backup.wal import Segment

PARTIAL = ".partial"
_DUE = "backup-due"
# The server calls a slot lost by its settings of now, and may have removed the WAL by those of
# before; after a restart it has forgotten what it removed. Names of segments are without timeline.
IS_LOST = """
coalesce(
    s.wal_status = 'lost'
    or case
           when pg_catalog.pg_is_in_recovery() then false
           else (
                    select min(pg_catalog.right(w.name, 16))
                      from pg_catalog.pg_ls_waldir() as w
                     where w.name ~ '^[0-9A-F]{24}$'
                )
                > pg_catalog.right(pg_catalog.pg_walfile_name(s.restart_lsn + 1), 16)
       end,
    false
)"""
"""A condition on a row `s` of pg_replication_slots: whether WAL that the slot needs is gone."""

_MAY_LIST = "select pg_catalog.has_function_privilege('pg_catalog.pg_ls_waldir()', 'execute')"
_SLOT = """
select s.restart_lsn, is_lost
  from pg_catalog.pg_replication_slots as s
 where s.slot_name = %s"""


@dataclass(frozen=True)
class Slot:
    """The receiver's replication slot: from where on WAL is kept; `lost` if it is not."""

    kept_from: int | None
    lost: bool


@dataclass(frozen=True)
class Source:
    """The WAL of a server: its timeline, where those before it ended, and what it has flushed."""

    timeline: int
    ends: Mapping[int, int]
    flushed: int
    segment_size: int
    slot: Slot | None

    def end(self, timeline: int) -> int:
        """Return where a timeline ends for this server; -1 if it is none of its timelines."""
        return self.flushed if timeline == self.timeline else self.ends.get(timeline, -1)


def is_lost(connection: psycopg.Connection[Any]) -> str:
    """Return IS_LOST, or what a role can ask that may not list the server's WAL."""
    may_list = connection.execute(_MAY_LIST).fetchone() == (True,)
    return IS_LOST if may_list else "s.wal_status is not distinct from 'lost'"


def look(connection: psycopg.Connection[Any]) -> Source | None:
    """Ask a server; None if it is in recovery, when what it will follow is not decided yet."""
    row = connection.execute(
        "select pg_catalog.pg_is_in_recovery(),"
        " pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size'))"
    ).fetchone()
    if row is None or row[0]:
        return None
    query = _SLOT.replace("is_lost", is_lost(connection)).encode()
    found = connection.execute(query, [barman.SLOT]).fetchone()
    slot = found and Slot(wal.position(found[0]) if found[0] else None, bool(found[1]))
    info = connection.info
    where = barman.without_settings(info.get_parameters())
    words = {**where, "password": info.password} if info.password else where
    with psycopg.connect(
        make_conninfo("", **words, replication="true"), autocommit=True
    ) as streaming:
        identity = streaming.execute("IDENTIFY_SYSTEM").fetchone()
        _, timeline, flushed, _ = identity or (None, 0, "0/0", None)
        history = b""
        if timeline > 1:
            answer = streaming.execute(f"TIMELINE_HISTORY {int(timeline)}".encode()).fetchone()
            history = bytes(answer[1]) if answer else b""
    ends = dict(wal.ends(history.decode("utf-8")))
    return Source(timeline, ends, wal.position(_text(flushed)), row[1], slot or None)


def problem(source: Source, names: Iterable[str], *, failed: bool = False) -> str | None:
    """Return why a receiver with these files cannot follow the server; None if it can.

    With `failed`, that of one which has tried: WAL that no slot keeps may have been removed.
    """
    if source.slot is None:
        return f"the server has no replication slot {barman.SLOT}"
    if source.slot.lost:
        return f"the replication slot {barman.SLOT} is lost: the server has removed WAL"
    names = list(names)
    if discarded(source, names):
        timeline, begin = position(names, source.segment_size) or (0, 0)
        return (
            f"the receiver is at {wal.lsn(begin)} on timeline {timeline}, and the server follows "
            f"timeline {source.timeline}, without that position"
        )
    if failed and (stale := removed(source, names)):
        return f"the server has removed {stale[0].removesuffix(PARTIAL)}"
    return None


def position(names: Iterable[str], size: int) -> tuple[int, int] | None:
    """Return timeline and position at which pg_receivewal goes on; None if the slot tells it."""
    found = [
        (segment.number + (not name.endswith(PARTIAL)), segment.timeline)
        for name, segment in _parsed(names, size)
    ]
    return (max(found)[1], max(found)[0] * size) if found else None


def discarded(source: Source, names: Iterable[str]) -> list[str]:
    """Return the files of positions that the server has never had, or left for another timeline."""
    size = source.segment_size
    return [
        name
        for name, segment in _parsed(names, size)
        if (segment.number + (not name.endswith(PARTIAL))) * size > source.end(segment.timeline)
    ]


def removed(source: Source, names: Iterable[str]) -> list[str]:
    """Return the partial files before what the slot keeps; whole ones go to the archive."""
    kept = source.slot.kept_from if source.slot else None
    if kept is None:
        return []
    size = source.segment_size
    partial = (name for name in names if name.endswith(PARTIAL))
    return [name for name, one in _parsed(partial, size) if one.number < kept // size]


def first_missing(
    path: Iterable[tuple[int, int]], begin: int, present: Collection[str], size: int
) -> str | None:
    """Return the first segment from a position on that is not present; None if none is missing.

    `path` has the timelines and where they end. The segment in which one ends is that of the next.
    """
    first = begin // size
    stretches = list(path)
    for place, (timeline, end) in enumerate(stretches):
        last = -(-end // size) if place == len(stretches) - 1 else end // size
        wanted = (Segment(timeline, number) for number in range(first, last))
        names = (wal.segment_name(one, size) for one in wanted)
        if missing := next((name for name in names if name not in present), None):
            return missing
        first = max(first, last)
    return None


def gap(settings: BackupSettings, backup: Backup) -> str | None:
    """Return the first segment that is missing between a backup and the newest WAL received."""
    names = [*wal.archived(settings), *streaming(settings)]
    return gap_among(names, wal.histories(settings), backup)


def gap_among(
    names: Iterable[str], histories: Mapping[int, Sequence[tuple[int, int]]], backup: Backup
) -> str | None:
    """Return the first segment after a backup that is not among the names, up to the newest.

    None if none is missing, or the newest timeline does not lead from the backup.
    """
    size = backup.segment_size
    present = {name.removesuffix(PARTIAL) for name in names}
    of = [wal.parse(name, size) for name in present]
    newest = max((one.timeline for one in of), default=backup.timeline)
    last = max((one.number + 1 for one in of if one.timeline == newest), default=0)
    path = [one for one in histories.get(newest, []) if one[0] >= backup.timeline]
    begin = wal.position(str(backup.begin_lsn))
    if dict([*path, (newest, last * size)]).get(backup.timeline, -1) < begin:
        return None
    return first_missing([*path, (newest, last * size)], begin, present, size)


def backup_due(settings: BackupSettings, timeline: int) -> str | None:
    """Return why the newest backup does not lead to this moment; None if it does."""
    with contextlib.suppress(FileNotFoundError):
        return (settings.home / _DUE).read_text(encoding="utf-8").strip()
    done = [one for one in catalog.backups(settings) if one.is_done]
    if not done:
        return "there is no backup"
    if done[-1].timeline != timeline:
        return f"no backup was taken on timeline {timeline} of the server"
    missing = gap(settings, done[-1])
    return missing and f"WAL after backup {done[-1].backup_id} has a gap: {missing} is missing"


def demand_backup(settings: BackupSettings, reason: str | None) -> None:
    """Keep in mind that a full backup is due; with None, that it was taken."""
    file = settings.home / _DUE
    if reason is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(f"{reason}\n", encoding="utf-8")


def streaming(settings: BackupSettings) -> list[str]:
    """Return the names of the segments that the receiver has not handed to the archive."""
    folder = catalog.folder(settings) / "streaming"
    return [file.name for file in sorted(folder.glob("*")) if wal.is_segment(file.name)]


def _parsed(names: Iterable[str], size: int) -> list[tuple[str, Segment]]:
    return [(name, wal.parse(name.removesuffix(PARTIAL), size)) for name in names]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
