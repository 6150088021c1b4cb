"""A schedule that the database accepts is one that both schedulers run, and the reverse."""

import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tooling.errors import Exit, RefusedError
from tooling.jobs import schedule, sidecar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "xyz", "1", "MON", "")
HIGH = (59, 23, 31, 12)
TOGETHER = 40
STATED = (
    "sun-tue", "fri-fri", "mon-fri,sun", "mon-tue-wed", "mon,", "*/2", "mon/2", "7", "Mon", "last",
    "1st fri", "*,mon",
)  # fmt: skip
FIELDS = (
    "0", "00", "005", "*/0", "*/1", "*/100", "5/0", "5-5", "5-5/1", "0-0/5", "00-0/5", "10-0/5",
    "6-5", "1,", ",1", "", "*,5", "5,*", "-5", "1-2-3", "1/2/3", "٣", "jan", "last", "5\n", "20/31",
    "1-10/9", "1-10/10", "1,2-4/2,*/3", "59", "60", "24", "31", "32", "12", "13",
)  # fmt: skip


def part(one: random.Random, high: int) -> str:
    """Return a part of a field: mostly right, at times past its end or backwards."""
    low, end = one.randint(0, high + 1), one.randint(0, high + 1)
    step = one.randint(0, high + 1)
    kinds = ("*", f"*/{step}", f"{low}", f"{low}-{end}", f"{low}/{step}", f"{low}-{end}/{step}")
    return one.choice(kinds)


def generated(count: int) -> list[str]:
    """Return schedules of every kind: each stated field in each place, and random ones."""
    one = random.Random(16)
    found = [f"0 0 * * {days}" for days in STATED]
    for place in range(4):
        for field in FIELDS:
            words = ["*"] * 5
            words[place] = field
            found.append(" ".join(words))
    found += ["* * * *", "* * * * * *", "*  * * * *", " * * * * *", "", "0 0 30 2 *", "0 0 29 2 *"]
    found += ["0 0 31 4,6,9,11 *", "0 0 31 */2 *", "0 0 31 2/2 *", "0 0 31 4-6 *", "0 0 */31 * *"]
    for _ in range(count):
        words = []
        for high in HIGH:
            parts = [part(one, high) for _ in range(one.choice((1, 1, 1, 2)))]
            words.append(one.choice(("*", ",".join(parts))))
        days = [one.choice(DAYS[:7]) for _ in range(2)]
        words.append(one.choice(("*", one.choice(DAYS), "-".join(days), ",".join(days))))
        found.append(" ".join(words))
    return found


def is_run(text: str) -> bool:
    try:
        schedule.trigger(text)
    except RefusedError:
        return False
    return True


def test_the_database_accepts_what_the_sidecar_runs(migrated_database: str) -> None:
    tried = generated(3000)
    with psycopg.connect(migrated_database) as connection:
        query = "select s, ops.is_schedule(s) from unnest(%s::text[]) as s"
        accepted = dict(connection.execute(query, [tried]).fetchall())
    assert 300 < sum(accepted.values()) < len(tried) - 300
    assert {text: is_run(text) for text in accepted} == accepted


def test_what_is_accepted_runs_in_both_schedulers_and_at_the_same_times() -> None:
    """But for months of which no year has that day; those are refused."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("this machine has no systemd-analyze")
    runs = [text for text in generated(1500) if is_run(text)]
    for first in range(0, len(runs), TOGETHER):
        calendars = [schedule.calendar(text) for text in runs[first : first + TOGETHER]]
        done = subprocess.run(
            [analyze, "calendar", *calendars], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("Next elapse: never") == 0, done.stdout


@pytest.mark.parametrize("text", ["0 0 * * sun-tue", "0 0 30 2 *", "*/90 * * * *", "0 25 * * *"])
def test_an_operator_cannot_enter_what_is_not_run(migrated_database: str, text: str) -> None:
    url = migrated_database.replace("postgresql://postgres@", "postgresql://eagle_operator@")
    change = "update ops.jobs set schedule = %s where job = 'backup'"
    with psycopg.connect(url) as connection:
        connection.execute(change, ["30 4 * * mon-fri"])
        with pytest.raises(psycopg.errors.CheckViolation, match="jobs_schedule_check"):
            connection.execute(change, [text])


def test_one_wrong_schedule_stops_no_other_job(migrated_database: str, tmp_path: Path) -> None:
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        connection.execute("alter table ops.jobs drop constraint jobs_schedule_check")
        connection.execute("update ops.jobs set schedule = '0 0 * * sun-tue' where job = 'backup'")
        connection.execute(
            "insert into ops.job_runs (job, started_at, finished_at, outcome)"
            " select job, now() - interval '3 days', now(), 'succeeded'"
            "   from unnest('{backup,project-totals}'::text[]) as job"
        )
        run = [sys.executable, "-m", "tooling", "job", "serve", "--dsn", migrated_database]
        made_up = "select 1 from ops.job_runs where job = 'project-totals' and slot_at is not null"
        with subprocess.Popen(run, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 30
            while not connection.execute(made_up).fetchall():
                assert time.monotonic() < deadline
                assert process.poll() is None
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        assert process.returncode == 0
    assert "error: job backup: not a schedule: '0 0 * * sun-tue'" in said
    assert sidecar.missed(migrated_database, datetime.now(UTC)) == []
    words = ["job", "timers", str(tmp_path), "--dsn", migrated_database]
    done = subprocess.run(
        [sys.executable, "-m", "tooling", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == Exit.REFUSED
    assert "job backup: not a schedule" in done.stderr
    names = {file.name for file in tmp_path.iterdir()}
    assert "eagle-sign-integrity.timer" in names
    assert "eagle-sign-backup.timer" not in names


def test_the_migration_names_jobs_that_have_to_be_changed_first(migrated_database: str) -> None:
    undo, redo = (
        (ROOT / f"migrations/0037.job-schedules{ending}").read_text(encoding="utf-8")
        for ending in (".rollback.sql", ".sql")
    )
    with psycopg.connect(migrated_database) as connection:
        connection.execute("set role eagle_owner")
        connection.execute(undo.encode())
        change = "update ops.jobs set schedule = %s where job = 'backup'"
        connection.execute(change, ["0 0 * * sun-tue"])
        with (
            pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as refused,
            connection.transaction(),
        ):
            connection.execute(redo.encode())
        said = "jobs whose schedules cannot be run: backup (0 0 * * sun-tue)"
        assert refused.value.diag.message_primary == said
        connection.execute(change, ["15 1 * * *"])
        connection.execute(redo.encode())
