"""When a job runs: the five fields of crontab, in UTC, days of the week by name.

What is a schedule is said by ops.is_schedule() of the database, too; a test compares them.
"""

import re
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger

from tooling.errors import RefusedError

_LOOK_BACK = (1, 24, 24 * 8, 24 * 32, 24 * 367)
"""Hours: where a slot is looked for, the near past first, since most jobs run often."""


_PART = r"[0-9]{1,2}(-[0-9]{1,2})?(/[0-9]{1,2})?"
_DAYS = r"(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?"
_FORM = re.compile(
    rf"((\*(/[0-9]{{1,2}})?|{_PART}(,{_PART})*) ){{4}}(\*|{_DAYS}(,{_DAYS})*)", re.ASCII
)
_NO_RANGE = re.compile(r"(?<![0-9])0?0-0?0/")
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def trigger(schedule: str) -> CronTrigger:
    """Return APScheduler's trigger. Raises RefusedError for what not every scheduler runs."""
    try:
        # A step in a range of zero length, and a day that no month has, pass APScheduler.
        if not _FORM.fullmatch(schedule) or _NO_RANGE.search(schedule):
            raise ValueError("not minute, hour, day, month and weekday")
        made = CronTrigger.from_crontab(schedule, timezone=UTC)
        if not _has_a_day(*schedule.split()[2:4]):
            raise ValueError("no month has that day")
    except ValueError as error:
        raise RefusedError(
            f"not a schedule: {schedule!r}: {error}",
            hint="Write minute, hour, day, month, weekday by name, such as 30 4 * * sun.",
        ) from error
    return made


def _has_a_day(days: str, months: str) -> bool:
    """Tell whether one of the months is as long as the first of the days."""
    first = min(int(part.split("/")[0].split("-")[0].replace("*", "1")) for part in days.split(","))
    return any(
        length >= first
        for month, length in enumerate(_LENGTHS, 1)
        if any(_is_in(month, part) for part in months.split(","))
    )


def _is_in(month: int, part: str) -> bool:
    values, _, step = part.partition("/")
    low, _, high = values.replace("*", "1-12").partition("-")
    last = int(high or (12 if step else low))
    return int(low) <= month <= last and (month - int(low)) % int(step or 1) == 0


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
