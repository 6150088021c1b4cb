"""Which backups lead to a moment, and what PostgreSQL is told of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tooling.backup import catalog, points, timelines, wal
from tooling.backup.barman import Barman
from tooling.backup.catalog import Backup
from tooling.backup.timelines import Line
from tooling.errors import InputError


@dataclass(frozen=True)
class Target:
    """The moment to restore to; without one, the newest that there is. At most one is given.

    Without `timeline`, that of the current timeline.
    """

    time: datetime | None = None
    name: str | None = None
    lsn: str | None = None
    timeline: int | None = None

    @property
    def is_newest(self) -> bool:
        """Tell whether all WAL is wanted."""
        return not (self.time or self.name or self.lsn)

    def __str__(self) -> str:
        """Return it in words."""
        moment = self.time.isoformat(sep=" ") if self.time else self.name or self.lsn or "latest"
        return f"{moment} on timeline {self.timeline}" if self.timeline else moment


@dataclass(frozen=True)
class Choice:
    """A backup that leads to a target, the WAL after it, and PostgreSQL's settings of the target.

    Without settings all WAL is replayed. `note` says so where the target is after the last commit.
    """

    backup: Backup
    line: Line
    goal: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None


def candidates(barman: Barman, target: Target, backup_id: str | None) -> Iterator[Choice]:
    """Yield the backups that lead to a target, the best first. Raises InputError."""
    settings = barman.settings
    found = [one for one in reversed(catalog.backups(settings)) if one.is_done]
    if backup_id is not None:
        found = [catalog.find(settings, backup_id)]
    timeline = target.timeline or timelines.current(settings)
    lines = [(one, timelines.line(settings, one, timeline)) for one in found]
    on_it = [Choice(one, line) for one, line in lines if line is not None]
    before = [one for one in on_it if _ends_before(one.backup, target)]
    chosen = before if target.name is None else _before_point(barman, target.name, before)
    if not chosen:
        left = "" if on_it or not found else f" on timeline {timeline}"
        raise InputError(
            f"no backup in {catalog.folder(settings)} can be restored to {target}{left}",
            hint="`tooling backup list` shows to which moments each can be restored; --timeline "
            "names a timeline that was left.",
        )
    yield from (_aimed(barman, one, target) for one in chosen)


def _ends_before(backup: Backup, target: Target) -> bool:
    if target.time:
        return backup.end_time is not None and backup.end_time <= target.time
    return not target.lsn or wal.position(str(backup.end_lsn)) <= wal.position(target.lsn)


def _before_point(barman: Barman, name: str, choices: list[Choice]) -> list[Choice]:
    """Return the choices, newest first, after whose end a point lies."""
    for number, one in enumerate(choices):
        if name in points.named(barman.bin_dir, one.line, one.backup):
            return choices[number:]
    return []


def _aimed(barman: Barman, choice: Choice, target: Target) -> Choice:
    """Set the target, if the WAL goes beyond it: PostgreSQL fails at one that it does not reach.

    Where WAL is missing before it, all is asked for, and the check names what is missing.
    """
    line, backup = choice.line, choice.backup
    if target.name:
        return replace(choice, goal={"recovery_target_name": target.name})
    if target.time:
        last = points.last_commit(barman.bin_dir, line, backup)
        if last and target.time < last:
            goal = {"recovery_target_time": target.time.astimezone(UTC).isoformat(sep=" ")}
            return replace(choice, goal=goal)
        if line.missing:
            return choice
        if target.time > datetime.now(UTC):
            raise _beyond(target, f"the last commit received is of {last or backup.end_time}")
        said = f"the last commit received, of {(last or backup.end_time):%Y-%m-%d %H:%M:%S.%f} UTC,"
        return replace(choice, note=f"{said} is before the target: all WAL received was replayed")
    if target.lsn:
        position = wal.position(target.lsn)
        if points.has_record_at(barman.bin_dir, line, position):
            return replace(choice, goal={"recovery_target_lsn": target.lsn})
        if line.missing:
            return choice
        if position > (end := points.end_of(barman.bin_dir, line)):
            raise _beyond(target, f"the WAL received ends at {wal.lsn(end)}")
        return replace(choice, note="the WAL received ends at the target: all of it was replayed")
    return choice


def _beyond(target: Target, what: str) -> InputError:
    return InputError(
        f"{target} cannot be restored: {what}",
        hint="`tooling backup list` shows to which moments each backup can be restored.",
    )
