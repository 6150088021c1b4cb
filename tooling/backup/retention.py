"""Which backups stay: the newest, of each day, week and month one, and what those need."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tooling.backup import wal
from tooling.backup.catalog import Backup
from tooling.backup.settings import BackupSettings

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Pruning:
    """What a pruning does: backups that stay, those that go, and where WAL begins to be whole.

    `why` says of each that stays what for. `log_from` is the backup from whose begin on every
    segment stays; older ones keep just the segments that make them consistent.
    """

    keep: tuple[Backup, ...]
    delete: tuple[Backup, ...]
    log_from: Backup | None
    why: dict[str, str]


def plan(backups: Sequence[Backup], now: datetime, settings: BackupSettings) -> Pruning:
    """Decide; nothing is done.

    The newest backups, as many as `at_least` says, stay whatever their age and the clock, as does
    WAL from the first of them on, and every one that a staying one adds to: newest is what ends
    last in WAL.
    Of a week or a month a full backup is preferred to an increment, then the newest one. A failed
    backup goes once a newer complete one is there. A damaged one counts for nothing, but stays as
    long as one that adds to it does.
    """
    done = sorted((one for one in backups if one.is_done), key=_ended)
    sound = [one for one in done if one.problem is None] or done
    newest_first = sorted(sound, key=_place, reverse=True)[: settings.at_least]
    why = {one.backup_id: "newest" for one in newest_first}
    horizon = _horizon(sound, now - timedelta(days=settings.wal_days))
    if horizon:
        horizon = min([horizon, *newest_first], key=_place)
        why.setdefault(horizon.backup_id, "WAL")
    _choose(why, "daily", sound, now - timedelta(days=settings.daily), lambda at: at.date())
    _choose(why, "weekly", sound, now - settings.weekly * WEEK, lambda at: at.isocalendar()[:2])
    months = [_months_ago(now, number) for number in range(settings.monthly)]
    _choose(why, "monthly", sound, None, lambda at: (at.year, at.month), among=set(months))
    by_id = {one.backup_id: one for one in backups}
    for one in [by_id[name] for name in why]:
        parent = one.parent
        while parent is not None and parent in by_id:
            why.setdefault(parent, f"{one.backup_id} adds to it")
            parent = by_id[parent].parent
    newest = _ended(done[-1]) if done else None
    keep = [one for one in backups if one.backup_id in why or _may_run(one, newest)]
    kept = {one.backup_id for one in keep}
    delete = [one for one in backups if one.backup_id not in kept]
    return Pruning(tuple(keep), tuple(delete), horizon, why)


def _choose(
    why: dict[str, str],
    name: str,
    backups: Iterable[Backup],
    since: datetime | None,
    period: Callable[[datetime], Hashable],
    among: set[Hashable] | None = None,
) -> None:
    """Mark a backup of each period: daily the newest, else the newest full one if there is one."""
    chosen: dict[Hashable, Backup] = {}
    for one in backups:
        of = period(_ended(one))
        if (since and _ended(one) < since) or (among is not None and of not in among):
            continue
        other = chosen.get(of)
        if other is None or name == "daily" or one.parent is None or other.parent is not None:
            chosen[of] = one
    for one in chosen.values():
        why.setdefault(one.backup_id, name)


def _place(one: Backup) -> tuple[int, int, datetime]:
    """Return what orders backups without a clock; it is asked only where WAL says nothing."""
    return one.timeline, wal.position(one.end_lsn or "0/0"), _ended(one)


def _horizon(sound: Sequence[Backup], since: datetime) -> Backup | None:
    """Return the newest backup that leads to every moment from `since` on, else the oldest."""
    older = [one for one in sound if _ended(one) <= since]
    return older[-1] if older else (sound[0] if sound else None)


def _may_run(one: Backup, newest: datetime | None) -> bool:
    """Tell whether a backup that is not complete may still be on its way."""
    return not one.is_done and (newest is None or one.begin_time is None or _begun(one) > newest)


def _begun(one: Backup) -> datetime:
    assert one.begin_time is not None  # noqa: S101
    return one.begin_time


def _ended(one: Backup) -> datetime:
    assert one.end_time is not None  # noqa: S101
    return one.end_time


def _months_ago(now: datetime, number: int) -> tuple[int, int]:
    month = now.year * 12 + now.month - 1 - number
    return month // 12, month % 12 + 1
