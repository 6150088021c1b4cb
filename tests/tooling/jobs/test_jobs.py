"""Jobs run once a slot, alone, as the role they need, and on record."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT
from tooling.errors import Exit, RefusedError
from tooling.jobs import runner, schedule, sidecar, timers
from tooling.jobs.known import WORK

NOW = datetime(2026, 11, 23, 8, 41, 12, tzinfo=UTC)
CHANGE = "update ops.jobs set schedule = %s, time_limit = %s where job = %s"
HELD = "lock table app.project_totals in access exclusive mode"
RUNS = (
    "select slot_at, outcome, exit_code, message, detail, ran_by from ops.job_runs where job = %s"
)


def rows(url: str, query: str, *values: object) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(query, values)
        return done.fetchall() if done.description else []


def operator(url: str) -> str:
    return url.replace("postgresql://postgres@", "postgresql://eagle_operator@")


def tooling(url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    run = [sys.executable, "-m", "tooling", "job", *arguments, "--dsn", url]
    return subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)


def test_two_schedulers_run_each_of_seven_slots_once(migrated_database: str) -> None:
    rows(migrated_database, CHANGE, "*/15 * * * *", "1 minute", "project-totals")
    url = operator(migrated_database)
    slots = [NOW + timedelta(minutes=15 * number) for number in range(7)]
    together = threading.Barrier(2, timeout=30)

    def scheduler() -> list[str]:
        done = []
        for slot in slots:
            together.wait()
            done.append(runner.run(url, "project-totals", scheduled=True, now=slot).outcome)
        return done

    with ThreadPoolExecutor(2) as pool:
        outcomes = [one.result() for one in [pool.submit(scheduler) for _ in range(2)]]
    assert [sorted(pair) for pair in zip(*outcomes, strict=True)] == [["skipped", "succeeded"]] * 7
    recorded = rows(migrated_database, RUNS + " order by slot_at", "project-totals")
    assert [row[:2] for row in recorded] == [
        (slot.replace(minute=slot.minute // 15 * 15, second=0), "succeeded") for slot in slots
    ]


def test_a_run_by_hand_is_recorded_with_what_its_command_printed(migrated_database: str) -> None:
    done = tooling(operator(migrated_database), "run", "partition-ensure", "--json")
    assert done.returncode == 0, done.stderr
    found = rows(migrated_database, RUNS, "partition-ensure")
    assert found == [(None, "succeeded", 0, None, {"made": []}, "eagle_operator")]
    assert json.loads(done.stdout)["detail"] == {"made": []}
    status = "select last_outcome, is_late, last_detail from ops.job_status where job = %s"
    assert rows(migrated_database, status, "partition-ensure") == [
        ("succeeded", False, {"made": []})
    ]


def test_a_job_logs_in_as_the_role_it_needs(migrated_database: str) -> None:
    """Verifying every chain is refused to the operator, who runs the job."""
    alone = subprocess.run(
        [sys.executable, "-m", "tooling", "audit", "verify", "--dsn", operator(migrated_database)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "not every row" in alone.stderr
    done = tooling(operator(migrated_database), "run", "audit-verify")
    assert done.returncode == 0, done.stderr
    [(_, outcome, _, _, detail, ran_by)] = rows(migrated_database, RUNS, "audit-verify")
    assert (outcome, detail["problems"], ran_by) == ("succeeded", [], "eagle_operator")


def test_a_command_has_the_time_of_its_job_and_not_that_of_a_query(migrated_database: str) -> None:
    rows(
        migrated_database,
        "insert into app.projects (account_id, name, created_by, updated_by)"
        " select gen_random_uuid(), 'Sign', 'ana', 'ana' from generate_series(1, 500)",
    )
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        database = connection.info.dbname
        limit = f"alter role eagle_auditor in database {database} set statement_timeout = '1ms'"
        connection.execute(limit.encode())
    done = tooling(operator(migrated_database), "run", "audit-verify")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("url", "role", "user", "password"),
    [
        ("postgresql://eagle_operator:x@db/e", "eagle_backup", "eagle_backup", None),
        ("postgresql://eagle_operator:x@db/e", "eagle_operator", "eagle_operator", "x"),
        ("postgresql://postgres:x@db/e", "eagle_backup", "postgres", "x"),
    ],
)
def test_only_the_operator_becomes_another(
    url: str, role: str, user: str, password: str | None
) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(runner.as_role(url, role))
    assert (parts["user"], parts.get("password"), parts["host"]) == (user, password, "db")


def test_a_failure_is_recorded_with_its_message(migrated_database: str) -> None:
    rows(migrated_database, CHANGE, "0 0 * * *", "100 ms", "project-totals")
    done = tooling(migrated_database, "run", "audit-anchor")
    assert done.returncode != 0
    [(_, outcome, code, message, _, _)] = rows(migrated_database, RUNS, "audit-anchor")
    assert (outcome, code) == ("failed", done.returncode)
    assert message.lower().startswith("error: ")
    assert message in done.stderr
    with psycopg.connect(migrated_database) as holder:
        holder.execute(HELD)
        assert tooling(migrated_database, "run", "project-totals").returncode == Exit.FAILED
    [(_, outcome, _, message, _, _)] = rows(migrated_database, RUNS, "project-totals")
    assert (outcome, "statement timeout" in message) == ("failed", True)


def test_a_job_does_what_the_program_knows_whatever_its_row_says(migrated_database: str) -> None:
    """The check of the table says the same; its owner may drop that."""
    said = rows(
        migrated_database,
        "select job, coalesce(command, '{}'), statement, role from ops.jobs order by job",
    )
    known = [
        (name, list(work.command), work.statement, work.role) for name, work in sorted(WORK.items())
    ]
    assert said == known
    rows(migrated_database, "alter table ops.jobs drop constraint jobs_work_check")
    rows(
        migrated_database,
        "update ops.jobs set command = '{new,evil}', statement = null, role = 'eagle_migrator'",
    )
    assert tooling(migrated_database, "run", "project-totals").returncode == 0
    rows(
        migrated_database,
        "insert into ops.jobs (job, command, schedule, late_after, time_limit, description)"
        " values ('evil', '{new,evil}', '* * * * *', '1 hour', '1 hour', 'Evil.')",
    )
    with pytest.raises(RefusedError, match="no job is named evil"):
        runner.run(migrated_database, "evil", scheduled=False)
    with psycopg.connect(operator(migrated_database)) as connection:
        assert sorted(job.name for job in runner.read(connection)) == sorted(WORK)


def test_what_is_not_there_or_runs_already_is_refused(migrated_database: str) -> None:
    with pytest.raises(RefusedError, match="no job is named nothing"):
        runner.run(migrated_database, "nothing", scheduled=False)
    with psycopg.connect(migrated_database, autocommit=True) as holder:
        holder.execute("select ops.begin_job('partition-ensure')")
        with pytest.raises(RefusedError, match="job partition-ensure is running"):
            runner.run(migrated_database, "partition-ensure", scheduled=False)
        scheduled = runner.run(migrated_database, "partition-ensure", scheduled=True)
        assert scheduled.outcome == "skipped"


def test_a_runner_that_was_killed_leaves_an_interrupted_run(migrated_database: str) -> None:
    command = ["-m", "tooling", "job", "run", "project-totals", "--dsn", migrated_database]
    waiting = "select 1 from pg_stat_activity where application_name = %s and wait_event_type = %s"
    name = "job project-totals"
    with psycopg.connect(migrated_database) as holder:
        holder.execute(HELD)
        with subprocess.Popen([sys.executable, *command]) as process:
            while not rows(migrated_database, waiting, name, "Lock"):
                assert process.poll() is None
            process.kill()
        rows(migrated_database, "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
             " where application_name = %s", name)  # fmt: skip
    assert tooling(migrated_database, "run", "project-totals").returncode == 0
    found = rows(migrated_database, RUNS + " order by started_at", "project-totals")
    assert [row[1] for row in found] == ["interrupted", "succeeded"]


def test_the_timers_are_units_that_systemd_understands(
    migrated_database: str, tmp_path: Path
) -> None:
    done = tooling(migrated_database, "timers", str(tmp_path))
    assert done.returncode == 0, done.stderr
    units = [Path(line) for line in done.stdout.splitlines()]
    enabled = rows(migrated_database, "select job, schedule from ops.jobs where is_enabled")
    assert sorted(unit.name for unit in units) == sorted(
        f"{timers.PREFIX}{job}.{kind}" for job, _ in enabled for kind in ("service", "timer")
    )
    for job, when in enabled:
        text = (tmp_path / f"{timers.PREFIX}{job}.timer").read_text()
        assert f"\nOnCalendar={schedule.calendar(when)}\nAccuracySec=1s\nPersistent=true\n" in text
        service = (tmp_path / f"{timers.PREFIX}{job}.service").read_text()
        program = service.split("ExecStart=")[1].split()[0]
        assert os.access(program, os.X_OK)
        assert service.split("ExecStart=")[1].split()[1:5] == ["job", "run", job, "--scheduled"]
    if analyze := shutil.which("systemd-analyze"):
        names = [str(unit) for unit in units]
        checked = subprocess.run(
            [analyze, "verify", "--man=no", *names], capture_output=True, text=True, check=False
        )
        ours = [line for line in checked.stderr.splitlines() if timers.PREFIX in line]
        assert ours == []


@pytest.mark.parametrize(
    ("cron", "calendar", "last"),
    [
        ("*/15 * * * *", "*-*-* *:0/15:00 UTC", "2026-11-23 08:30"),
        ("15 1 * * *", "*-*-* 1:15:00 UTC", "2026-11-23 01:15"),
        ("0 5 * * sun", "Sun *-*-* 5:0:00 UTC", "2026-11-22 05:00"),
        ("30 4 * * mon-fri", "Mon..Fri *-*-* 4:30:00 UTC", "2026-11-23 04:30"),
        ("0 0 1 1,7 *", "*-1,7-1 0:0:00 UTC", "2026-07-01 00:00"),
        ("0 0-6/2 * * *", "*-*-* 0..6/2:0:00 UTC", "2026-11-23 06:00"),
    ],
)
def test_a_schedule_means_the_same_to_both_schedulers(cron: str, calendar: str, last: str) -> None:
    assert schedule.calendar(cron) == calendar
    assert schedule.last_slot(cron, NOW) == datetime.fromisoformat(f"{last}+00:00")
    if analyze := shutil.which("systemd-analyze"):
        base = f"--base-time={NOW:%Y-%m-%d %H:%M:%S} UTC"
        told = subprocess.run(
            [analyze, "calendar", base, calendar], capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stderr
        # strftime's %a follows the locale of this process, systemd's is English.
        fires = schedule.trigger(cron).get_next_fire_time(None, NOW)
        assert fires is not None
        assert f"{fires:%Y-%m-%d %H:%M}:00 UTC" in told.stdout


def test_what_no_crontab_means_is_refused() -> None:
    with pytest.raises(RefusedError, match="not a schedule"):
        schedule.trigger("61 * * * *")


def test_the_sidecar_makes_up_for_what_was_missed_and_stops_when_told(
    migrated_database: str,
) -> None:
    for job in ("project-totals", "project-stats"):
        rows(migrated_database, CHANGE, "0 * * * *", "1 minute", job)
    rows(migrated_database, "insert into ops.job_runs (job, started_at, finished_at, outcome)"
         " values ('project-totals', now() - interval '3 hours', now(), 'succeeded')")  # fmt: skip
    assert sidecar.missed(migrated_database, datetime.now(UTC)) == ["project-totals"]
    run = [sys.executable, "-m", "tooling", "job", "serve", "--dsn", migrated_database]
    with subprocess.Popen(run, cwd=ROOT) as process:
        for _ in range(150):
            made_up = rows(migrated_database, RUNS + " and slot_at is not null", "project-totals")
            if made_up and made_up[0][1] == "succeeded":
                break
            threading.Event().wait(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert [row[1] for row in made_up] == ["succeeded"]
    assert rows(migrated_database, RUNS, "project-stats") == []
