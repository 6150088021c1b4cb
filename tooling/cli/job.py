"""`tooling job`: the scheduled jobs of ops.jobs."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import psycopg
from psycopg.rows import dict_row

from tooling import printing
from tooling.cli import options
from tooling.jobs.known import OPERATOR


@click.group()
def command() -> None:
    """Run the jobs of ops.jobs, list them, or schedule them.

    Connect as eagle_operator.

    \b
      tooling job list
      tooling job run partition-ensure
      tooling job timers build/systemd
      tooling job services build/systemd
    """


@command.command("list")
@options.as_json
@options.database(role=OPERATOR, row_factory=dict_row)
def list_(connection: psycopg.Connection[Any], as_json: bool) -> None:
    """List the jobs, with the result of their last runs.

    Writes nothing.
    """
    rows = connection.execute(
        "select job, schedule, is_enabled, late_after, last_started_at, last_outcome,"
        "       last_message, last_success_at, is_late"
        "  from ops.job_status order by job"
    ).fetchall()
    lines = [("job", "schedule", "state", "last success", "last run", "message")]
    for row in rows:
        state = "disabled" if not row["is_enabled"] else "late" if row["is_late"] else "on time"
        success = row["last_success_at"]
        since = f"{success:%Y-%m-%d %H:%M} UTC" if success else "never"
        run = row["last_outcome"] or "none"
        lines.append((row["job"], row["schedule"], state, since, run, row["last_message"] or ""))
    printing.say_result({"jobs": rows}, printing.columns(lines), as_json=as_json)


@command.command()
@click.argument("name")
@click.option(
    "--scheduled", is_flag=True, help="Run it only if its last scheduled time had no run."
)
@options.as_json
@options.dsn
def run(name: str, scheduled: bool, as_json: bool, dsn: str | None) -> int:
    """Run the job NAME now, and record the run in ops.job_runs.

    A job runs once at a time: a second run is refused, or skipped with --scheduled. Connect
    directly, not through a connection pooler. Exit code: that of the job's command.
    """
    from tooling.jobs import runner

    done = runner.run(options.announced(dsn), name, scheduled=scheduled)
    message = f": {done.message}" if done.message else ""
    printing.say_result(asdict(done), [f"{done.job}: {done.outcome}{message}"], as_json=as_json)
    return done.exit_code


_folder = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_user = click.option("--user", default="eagle-sign", help="Account of the services.")
_environment = click.option(
    "--environment",
    type=click.Path(path_type=Path),
    default="/etc/eagle-sign/tooling.env",
    help="File with DATABASE_URL and PGPASSFILE.",
)


@command.command()
@_folder
@_user
@_environment
@options.dry_run
@options.database(role=OPERATOR)
def timers(
    connection: psycopg.Connection[Any],
    folder: Path,
    user: str,
    environment: Path,
    dry_run: bool,
) -> None:
    """Write a systemd timer and service for each enabled job.

    The files are written to FOLDER, and their names are printed. Copy them to /etc/systemd/system,
    run `systemctl daemon-reload`, and enable the timers with `systemctl enable --now`.
    """
    from tooling.jobs import runner
    from tooling.jobs import timers as units

    jobs = runner.read(connection, enabled_only=True)
    if dry_run:
        for job in jobs:
            printing.say_page(units.timer(job))
        return
    printing.say(*units.write(jobs, folder, user, environment))


@command.command()
@_folder
@_user
@_environment
@options.dry_run
def services(folder: Path, user: str, environment: Path, dry_run: bool) -> None:
    """Write a systemd service for the WAL receiver, the metrics and the receiver of alerts.

    The files are written to FOLDER, and their names are printed. Copy those that this machine needs
    to /etc/systemd/system, run `systemctl daemon-reload`, and `systemctl enable --now` each. The
    receiver logs in as eagle_backup, the metrics as eagle_exporter: put their DATABASE_URL into
    receive.env and metrics.env beside the file of --environment.

    \b
      tooling job services build/systemd
    """
    from tooling import settings
    from tooling.jobs import services as units

    project = settings.find_root()
    if dry_run:
        for name in units.SERVICES:
            printing.say_page(units.service(name, user, environment, project))
        return
    printing.say(*units.write(folder, user, environment, project))


@command.command()
@options.dsn
def serve(dsn: str | None) -> None:
    """Run every enabled job on schedule, until stopped.

    For machines without systemd. If several processes serve, each scheduled run is made once.
    """
    from tooling.jobs.sidecar import serve as run_all

    options.announced(dsn)
    run_all(dsn)
