"""`tooling job`: what runs by itself."""

from dataclasses import asdict
from pathlib import Path

import click

from tooling import printing
from tooling.cli import options


@click.group()
def command() -> None:
    """Run the jobs of ops.jobs, show them, or have them run on time.

    \b
      tooling job list
      tooling job run partition-ensure
      tooling job timers build/systemd
    """


@command.command("list")
@options.dsn
@options.as_json
def list_(dsn: str | None, as_json: bool) -> None:
    """List the jobs with their last runs, late ones marked. Writes nothing."""
    from psycopg.rows import dict_row

    from tooling.database import connect
    from tooling.jobs.known import OPERATOR

    with connect(dsn, role=OPERATOR, row_factory=dict_row) as connection:
        rows = connection.execute(
            "select job, schedule, is_enabled, late_after, last_started_at, last_outcome,"
            "       last_message, last_success_at, is_late"
            "  from ops.job_status order by job"
        ).fetchall()
    if as_json:
        printing.say_json({"jobs": rows})
        return
    for row in rows:
        state = "off" if not row["is_enabled"] else "late" if row["is_late"] else "on time"
        success = row["last_success_at"]
        since = f"{success:%Y-%m-%d %H:%M} UTC" if success else "never"
        printing.say(
            f"{row['job']:<22} {row['schedule']:<16} {state:<8} last success {since}"
            f"  {row['last_outcome'] or 'has not run'}"
        )
        if row["last_message"]:
            printing.say(f"{'':<22} {row['last_message']}")


@command.command()
@click.argument("name")
@click.option(
    "--scheduled", is_flag=True, help="Only if the newest scheduled time has had no run yet."
)
@options.dsn
@options.as_json
def run(name: str, scheduled: bool, dsn: str | None, as_json: bool) -> int:
    """Run one job now, record it in ops.job_runs, and exit with the code of its command.

    One run at a time: a second one is refused, or skipped with --scheduled. Connect as
    eagle_operator, directly, not through a pooler.
    """
    from tooling.jobs import runner

    done = runner.run(dsn, name, scheduled=scheduled)
    if as_json:
        printing.say_json(asdict(done))
    else:
        printing.say(f"{done.job}: {done.outcome}" + (f": {done.message}" if done.message else ""))
    return done.exit_code


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--user", default="eagle-sign", show_default=True, help="The account that runs them.")
@click.option(
    "--environment",
    type=click.Path(path_type=Path),
    default="/etc/eagle-sign/tooling.env",
    show_default=True,
    help="File with DATABASE_URL and PGPASSFILE.",
)
@options.dsn
@options.dry_run
def timers(folder: Path, user: str, environment: Path, dsn: str | None, dry_run: bool) -> None:
    """Write a systemd timer and service for each enabled job into FOLDER; print their names.

    Copy them to /etc/systemd/system, then `systemctl daemon-reload` and `systemctl enable --now`
    the timers.
    """
    from tooling.database import connect
    from tooling.jobs import runner
    from tooling.jobs import timers as units
    from tooling.jobs.known import OPERATOR

    with connect(dsn, role=OPERATOR) as connection:
        jobs = runner.read(connection, enabled_only=True)
    if dry_run:
        for job in jobs:
            printing.say_page(units.timer(job))
        return
    for file in units.write(jobs, folder, user, environment):
        printing.say(file)


@command.command()
@options.dsn
def serve(dsn: str | None) -> None:
    """Run every enabled job on time until stopped: for where there is no systemd.

    Two of them side by side run each slot once.
    """
    from tooling.jobs.sidecar import serve as run_all

    run_all(dsn)
