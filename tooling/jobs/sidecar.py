"""Runs every job on time from one process, where there is no systemd: the compose service."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.blocking import BlockingScheduler

from tooling import database, printing
from tooling.errors import RefusedError
from tooling.jobs import runner, schedule
from tooling.jobs.known import OPERATOR

_REREAD = timedelta(minutes=1)
_GRACE = timedelta(hours=1)


def serve(dsn: str | None) -> None:
    """Run each enabled job at its slots until SIGTERM or Ctrl-C; each as a process of its own.

    The table is read again every minute. A job that has run before and missed its newest slot is
    run at the start. A job whose schedule cannot be run is named, and the others run.
    """
    scheduler = BlockingScheduler(
        timezone=UTC,
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": int(_GRACE.total_seconds()),
        },
    )
    known: dict[str, str] = {}

    def reread() -> None:
        with database.connect(dsn, role=OPERATOR, autocommit=True) as connection:
            jobs = {job.name: job.schedule for job in runner.read(connection, enabled_only=True)}
        for name in known.keys() - jobs.keys():
            if scheduler.get_job(name):
                scheduler.remove_job(name)
            del known[name]
        for name, when in jobs.items():
            if known.get(name) == when:
                continue
            known[name] = when
            try:
                trigger = schedule.trigger(when)
            except RefusedError as error:
                printing.fail(f"job {name}: {error}")
                if scheduler.get_job(name):
                    scheduler.remove_job(name)
                continue
            scheduler.add_job(_run, trigger, [dsn, name], id=name, replace_existing=True)

    def stop(_number: int, _frame: object) -> None:
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    reread()
    for name in missed(dsn, datetime.now(UTC)):
        scheduler.add_job(_run, None, [dsn, name])
    scheduler.add_job(reread, "interval", seconds=int(_REREAD.total_seconds()))
    scheduler.start()


def missed(dsn: str | None, now: datetime) -> list[str]:
    """Return the enabled jobs whose newest run is older than their newest slot. Writes nothing."""
    with database.connect(dsn, role=OPERATOR, autocommit=True) as connection:
        rows = connection.execute(
            "select job, schedule, last_started_at from ops.job_status"
            " where is_enabled and last_started_at is not null order by job"
        ).fetchall()
    found = []
    for name, when, started in rows:
        try:
            slot = schedule.last_slot(when, now)
        except RefusedError:
            continue
        if slot is not None and started < slot:
            found.append(str(name))
    return found


def _run(dsn: str | None, name: str) -> None:
    command = [sys.executable, "-m", "tooling", "job", "run", name, "--scheduled"]
    if dsn:
        command += ["--dsn", dsn]
    subprocess.run(command, check=False)  # noqa: S603
