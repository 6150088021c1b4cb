"""When a job runs: the five fields of crontab, in UTC, days of the week by name."""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from tooling.errors import RefusedError

_LOOK_BACK = (1, 24, 24 * 8, 24 * 32, 24 * 367)
"""Hours: where a slot is looked for, the near past first, since most jobs run often."""


def trigger(schedule: str) -> CronTrigger:
    """Return APScheduler's trigger. Raises RefusedError for what crontab could not mean."""
    try:
        return CronTrigger.from_crontab(schedule, timezone=UTC)
    except ValueError as error:
        raise RefusedError(
            f"not a schedule: {schedule!r}: {error}",
            hint="Write minute, hour, day, month, weekday by name, such as 30 4 * * sun.",
        ) from error


def last_slot(schedule: str, now: datetime) -> datetime | None:
    """Return the newest scheduled time that is not after `now`; None if a year has none.

    Two schedulers that look at the same table get the same slot, whenever they wake up.
    """
    cron = trigger(schedule)
    for hours in _LOOK_BACK:
        slot: datetime | None = None
        fires: datetime | None = cron.get_next_fire_time(None, now - timedelta(hours=hours))
        while fires is not None and fires <= now:
            slot, fires = fires, cron.get_next_fire_time(fires, fires)
        if slot is not None:
            return slot
    return None


def calendar(schedule: str) -> str:
    """Return the same schedule as a calendar expression of systemd.time(7)."""
    trigger(schedule)
    minute, hour, day, month, weekday = schedule.split()
    days = "" if weekday == "*" else f"{_days(weekday)} "
    date = f"*-{_part(month, 1)}-{_part(day, 1)}"
    return f"{days}{date} {_part(hour, 0)}:{_part(minute, 0)}:00 UTC"


def _days(field: str) -> str:
    return field.title().replace("-", "..")


def _part(field: str, first: int) -> str:
    return ",".join(_piece(piece, first) for piece in field.split(","))


def _piece(piece: str, first: int) -> str:
    values, _, step = piece.partition("/")
    start = str(first) if values == "*" and step else values.replace("-", "..")
    return f"{start}/{step}" if step else start
