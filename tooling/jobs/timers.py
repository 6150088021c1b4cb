"""The jobs as units of systemd: a service and a timer each."""

import sys
from pathlib import Path

from tooling.errors import RefusedError
from tooling.jobs.runner import Job
from tooling.jobs.schedule import calendar

PREFIX = "eagle-sign-"
_GRACE = 60
"""Seconds after the job's own limit at which systemd ends the runner, too."""


def write(jobs: list[Job], folder: Path, user: str, environment: Path) -> list[Path]:
    """Write the units of the jobs into the folder; return the files.

    Raises RefusedError for jobs whose schedules cannot be run, after those of the others are there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, refused = [], []
    for job in jobs:
        try:
            calendar(job.schedule)
        except RefusedError as error:
            refused.append(f"job {job.name}: {error.message}")
            continue
        for suffix, text in (("service", service(job, user, environment)), ("timer", timer(job))):
            file = folder / f"{PREFIX}{job.name}.{suffix}"
            file.write_text(text, encoding="utf-8")
            written.append(file)
    if refused:
        raise RefusedError(
            "; ".join(refused),
            hint=f"The units of the other jobs are in {folder}. Change the schedule in ops.jobs, "
            "and run the command again.",
        )
    return written


def service(job: Job, user: str, environment: Path) -> str:
    """Return the unit that runs a job once."""
    tooling = Path(sys.executable).with_name("tooling")
    limit = int(job.time_limit.total_seconds()) + _GRACE
    return (
        "[Unit]\n"
        f"Description=Eagle Sign database: {job.name}\n"
        "Documentation=man:systemd.timer(5)\n"
        "After=network-online.target\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"User={user}\n"
        f"EnvironmentFile={environment}\n"
        f"ExecStart={tooling} job run {job.name} --scheduled\n"
        f"TimeoutStartSec={limit}\n"
        "NoNewPrivileges=yes\n"
        "PrivateTmp=yes\n"
    )


def timer(job: Job) -> str:
    """Return the unit that starts it, also after a missed run."""
    return (
        "[Unit]\n"
        f"Description=When {job.name} runs: {job.schedule}, UTC\n"
        "\n"
        "[Timer]\n"
        f"OnCalendar={calendar(job.schedule)}\n"
        "AccuracySec=1s\n"
        "Persistent=true\n"
        "\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )
