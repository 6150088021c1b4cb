"""Runs one job of ops.jobs, alone, and records how it ended.

Users who can write that table cannot choose what runs on this machine: a row has a schedule and a
time limit, and the program knows the command of its name.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, NoReturn

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tooling import database, printing
from tooling.database import Connection
from tooling.errors import Exit, RefusedError
from tooling.jobs import schedule
from tooling.jobs.known import OPERATOR, WORK, Work

UNKNOWN, RUNNING = "ES206", "ES207"
_SAID = 2000
"""Characters kept of what a failed command said."""
_KEPT = 500_000
"""Bytes kept of the output of a command: half the limit of ops.job_runs, as jsonb adds spaces."""


@dataclass(frozen=True)
class Job:
    """A row of ops.jobs, and what the program does under its name."""

    name: str
    schedule: str
    time_limit: timedelta
    work: Work


@dataclass(frozen=True)
class Run:
    """How a run ended. `exit_code` is that of the command; a skipped run has 0."""

    job: str
    outcome: str
    exit_code: int
    message: str | None = None
    detail: Any = None


def read(connection: Connection, *, enabled_only: bool = False) -> list[Job]:
    """Return the jobs that the program knows, by name. Writes nothing."""
    rows = connection.execute(
        "select job, schedule, time_limit from ops.jobs where is_enabled or not %s order by job",
        [enabled_only],
    )
    return [
        Job(name, " ".join(when.split()), limit, WORK[name])
        for name, when, limit in rows
        if name in WORK
    ]


def run(dsn: str | None, name: str, *, scheduled: bool, now: datetime | None = None) -> Run:
    """Run a job now and record it; of a schedule, only if its newest slot had no run yet.

    The newest slot is that of `now`, by default this moment.

    The connection is held, and with it the job's advisory lock, until the run ends. Raises
    RefusedError for an unknown job, or if it runs already and this is not for a schedule.
    """
    with database.connect(
        dsn, role=OPERATOR, autocommit=True, application_name=f"job {name}"
    ) as connection:
        if name not in WORK:
            raise RefusedError(
                f"no job is named {name}", hint=f"The program knows {', '.join(WORK)}."
            )
        job = next((one for one in read(connection) if one.name == name), None)
        moment = now or datetime.now(UTC)
        slot = schedule.last_slot(job.schedule, moment) if job and scheduled else None
        try:
            begun = connection.execute("select ops.begin_job(%s, %s)", [name, slot]).fetchone()
        except psycopg.Error as error:
            if error.sqlstate == RUNNING and scheduled:
                return Run(name, "skipped", Exit.OK, "another process runs it")
            if error.sqlstate in (UNKNOWN, RUNNING):
                raise RefusedError(
                    str(error.diag.message_primary), hint=error.diag.message_hint
                ) from error
            raise
        run_id = begun[0] if begun else None
        if job is None or run_id is None:
            return Run(name, "skipped", Exit.OK, f"{slot} was run already, or the job is disabled")
        with _terminated_as_interrupt():
            done = _execute(connection, job) if job.work.statement else _call(dsn, job)
        detail = None if done.detail is None else json.dumps(done.detail)
        if detail is not None and len(detail.encode()) > _KEPT:
            detail = json.dumps({"bytes_left_out": len(detail.encode())})
        connection.execute(
            "select ops.finish_job(%s, %s, %s, %s)",
            [run_id, done.exit_code, done.message, detail],
        )
        return done


def as_role(url: str, role: str) -> str:
    """Return the connection string for a role, if it is the operator's.

    The password is not the other role's and is left out: libpq takes it from PGPASSFILE. Any
    other user runs the command, too; as a superuser, the command itself logs in as its role.
    """
    user = conninfo_to_dict(url).get("user") or os.environ.get("PGUSER")
    return database.as_role(url, role) if user == OPERATOR and role != OPERATOR else url


def _execute(connection: Connection, job: Job) -> Run:
    try:
        with connection.transaction():
            limit = str(int(job.time_limit.total_seconds() * 1000))
            connection.execute("select set_config('statement_timeout', %s, true)", [limit])
            connection.execute((job.work.statement or "").encode())
    except (psycopg.Error, KeyboardInterrupt) as error:
        said = str(error).strip()[:_SAID] or "interrupted"
        return Run(job.name, "failed", Exit.FAILED, said)
    return Run(job.name, "succeeded", Exit.OK)


def _call(dsn: str | None, job: Job) -> Run:
    """Run tooling with the job's arguments; what it says goes on to stderr."""
    url = as_role(database.resolve(dsn), job.work.role)
    environment = {**os.environ, "DATABASE_URL": url} if url else dict(os.environ)
    # What ends a query of the application on this server must not end a job that has hours.
    milliseconds = int(job.time_limit.total_seconds() * 1000)
    options = [os.environ.get("PGOPTIONS", ""), f"-c statement_timeout={milliseconds}"]
    environment["PGOPTIONS"] = " ".join(filter(None, options))
    command = [sys.executable, "-m", "tooling", *job.work.command, "--json"]
    with subprocess.Popen(  # noqa: S603
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            output, said = process.communicate(timeout=job.time_limit.total_seconds())
        except (subprocess.TimeoutExpired, KeyboardInterrupt) as error:
            late = isinstance(error, subprocess.TimeoutExpired)
            _stop(process)
            message = f"stopped after {job.time_limit}" if late else "interrupted"
            return Run(job.name, "failed", Exit.TERMINATED, message)
    printing.say_page(said, err=True)
    detail = None
    with contextlib.suppress(ValueError):
        detail = json.loads(output)
    if process.returncode == 0:
        return Run(job.name, "succeeded", Exit.OK, None, detail)
    errors = [line for line in said.splitlines() if line.strip()]
    first = next((line for line in errors if line.startswith("error: ")), "")
    message = first or (errors[-1] if errors else f"exit code {process.returncode}")
    return Run(job.name, "failed", process.returncode, message[:_SAID], detail)


def _stop(process: "subprocess.Popen[str]") -> None:
    """End a command as Ctrl-C would, so that it cleans up, and for good if it does not."""
    process.terminate()
    try:
        process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end a run as Ctrl-C does: its command is stopped and its end recorded.

    Only the main thread of a process gets signals; another one's run is ended by its own limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
