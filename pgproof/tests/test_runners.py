"""One runner at a time, and none of them in the way of CREATE INDEX CONCURRENTLY."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from pgproof.connection import WORKER
from pgproof.errors import Exit, PgproofError, RefusedError
from pgproof.files.folder import read
from pgproof.ledger.others import choose
from pgproof.report import silent
from pgproof.run.lock import Mutex
from tests.project import Project, in_background


def test_ten_runners_apply_each_file_once(project: Project) -> None:
    for number in range(1, 6):
        project.write(f"000{number}.t", f"create table t{number} (); select pg_sleep(0.05);")
    project.write("0007.i", "-- transactional: false\ncreate index concurrently i on seen (a);")
    project.write("0006.seen", "create table seen (a int);")
    command = project.command("migrate", "--json")
    runners = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(10)
    ]
    outputs = [runner.communicate(timeout=120) for runner in runners]
    assert [runner.returncode for runner in runners] == [0] * 10, outputs
    applied = [
        name for out, _ in outputs for name in re.findall(r'"file_done", .*?"id": "(.*?)"', out)
    ]
    assert sorted(applied) == sorted(project.states())
    assert project.value("select count(*) from pgproof._yoyo_log") == 7


def test_a_ledger_that_another_runner_has_just_made_is_ours(project: Project) -> None:
    """It was not there when the server was asked, and is when other ledgers are looked for."""
    project.write("0001.t", "create table t (a int);")
    project.migrate()
    folder = read(project.folder)
    with project.connect() as connection:
        assert choose(connection, project.settings, folder, None) == "pgproof"


def test_a_waiting_runner_does_not_hold_up_an_index_build(project: Project) -> None:
    """A runner that waits for the lock has no snapshot for the build to wait for."""
    project.write("0001.t", "create table t (a int);")
    with project.connect() as holder:
        Mutex(holder, "pgproof", silent).take(1)
        with in_background(lambda: project.migrate(wait=2)) as outcome:
            while not project.said("waiting_for_runner"):
                time.sleep(0.02)
            with project.connect() as builder:
                builder.execute("set statement_timeout = '1500ms'")
                builder.execute("create table u (a int)")
                builder.execute("create index concurrently on u (a)")
    assert isinstance(outcome[0], PgproofError)
    assert outcome[0].exit_code == Exit.LOCKED


def test_a_waiting_runner_names_the_holder(project: Project) -> None:
    project.write("0001.t", "create table t (a int);")
    with project.connect(application_name="holder") as holder:
        Mutex(holder, "pgproof", silent).take(1)
        with pytest.raises(
            PgproofError, match=rf"pid {holder.info.backend_pid} \(holder, postgres"
        ):
            project.migrate(wait=0.2)


def test_ledgers_of_other_schemas_do_not_wait_for_each_other(project: Project) -> None:
    project.write("0001.t", "create table t (a int);")
    with project.connect() as holder:
        Mutex(holder, "another", silent).take(1)
        assert project.migrate(wait=0.2).applied == ["0001.t"]


def test_a_worker_of_another_ledger_is_no_orphan(project: Project, tmp_path: Path) -> None:
    """It is let work, by a runner that has no time to wait for one."""
    (tmp_path / "other").mkdir()
    other = Project.make(tmp_path / "other", project.url, ledger_schema="another")
    other.write("0001.a", "select pg_sleep(60);")
    other.write("0002.b", "create table b ();")
    project.write("0001.t", "create table t ();")
    with in_background(other.migrate) as outcome:
        _wait_for(project, "pg_sleep")
        assert project.migrate(orphan_wait=0).applied == ["0001.t"]
        assert not project.said("orphan")
        project.query("select pg_cancel_backend(pid) from pg_stat_activity where query ~ 'p[g]_sl'")
    assert "0001.a.sql:1: statement 1: canceling statement" in str(outcome[0])


def test_a_file_that_releases_all_locks_leaves_its_worker_known(project: Project) -> None:
    project.write("0001.t", "select pg_advisory_unlock_all();")
    project.write("0002.u", "select pg_sleep(60);")
    with in_background(project.migrate) as outcome:
        _wait_for(project, "pg_sleep")
        with project.connect() as connection:
            mutex = Mutex(connection, "pgproof", silent)
            with pytest.raises(RefusedError, match=r"still at work: pid .* select pg_sleep"):
                mutex.await_orphans(0)
            assert not connection.execute(mutex.mark.encode()).fetchone()[0]  # type: ignore[index]
        project.query("select pg_cancel_backend(pid) from pg_stat_activity where query ~ 'p[g]_sl'")
    assert isinstance(outcome[0], PgproofError)


def test_a_lost_lock_stops_the_run_before_the_next_file(project: Project) -> None:
    project.write("0001.t", "select pg_terminate_backend(pid) from pg_locks"
                  " where locktype = 'advisory' and pid <> pg_backend_pid();")  # fmt: skip
    project.write("0002.u", "create table u ();")
    with pytest.raises(PgproofError, match="lock is lost") as caught:
        project.migrate()
    assert caught.value.exit_code == Exit.LOST
    assert project.states() == {"0001.t": "applied", "0002.u": "pending"}


@pytest.mark.parametrize("known_by", ["its lock", "its name"])
def test_an_orphan_backend_is_named_and_waited_for(project: Project, known_by: str) -> None:
    project.write("0001.t", "create table t (a int);")
    with project.connect() as orphan:
        mutex = Mutex(orphan, "pgproof", silent)
        if known_by == "its lock":
            mutex.mark_worker(orphan)
        else:
            orphan.execute("select set_config('application_name', %s, false)", [mutex.worker_name])
        pid = orphan.info.backend_pid
        with in_background(lambda: orphan.execute("select pg_sleep(1)")):
            with pytest.raises(RefusedError, match=rf"pid {pid} .*select pg_sleep") as caught:
                project.migrate(orphan_wait=0.1)
            assert f"pg_terminate_backend({pid})" in (caught.value.hint or "")
            assert caught.value.exit_code == Exit.LOCKED
    assert project.migrate().applied == ["0001.t"]


def test_the_backend_of_a_killed_runner_dies_with_it(project: Project) -> None:
    project.write("0001.t", "select pg_sleep(60);")
    runner = subprocess.Popen(project.command("migrate"), stderr=subprocess.PIPE, text=True)
    _wait_for(project, "pg_sleep")
    os.kill(runner.pid, signal.SIGKILL)
    runner.communicate()
    project.write("0001.t", "create table t ();")
    assert project.migrate().applied == ["0001.t"], "it is gone long before its 60 s are over"
    assert project.said("orphan")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, Exit.TERMINATED), (signal.SIGINT, Exit.INTERRUPTED)]
)
def test_a_signal_cancels_rolls_back_and_tells_its_exit_code(
    project: Project, number: signal.Signals, code: Exit
) -> None:
    project.write("0001.t", "create table t ();\nselect pg_sleep(60);")
    runner = subprocess.Popen(project.command("migrate"), stderr=subprocess.PIPE, text=True)
    _wait_for(project, "pg_sleep")
    runner.send_signal(number)
    _, said = runner.communicate(timeout=20)
    assert runner.returncode == code
    assert f"error: stopped by {number.name}" in said
    assert project.query("select to_regclass('t')") == [(None,)]
    assert project.query("select 1 from pg_stat_activity where query ~ 'pg_sleep.60' and"
                         " pid <> pg_backend_pid()") == []  # fmt: skip


def _wait_for(project: Project, words: str) -> None:
    deadline = time.monotonic() + 20
    with psycopg.connect(project.url, autocommit=True) as connection:
        while time.monotonic() < deadline:
            found = connection.execute(
                "select from pg_stat_activity where starts_with(application_name, %s)"
                " and query ~ %s and state = 'active'",
                [f"{WORKER} ", words],
            )
            if found.rowcount:
                return
            time.sleep(0.02)
    raise AssertionError(f"no worker ran {words}")
