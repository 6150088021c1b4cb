"""A statement that meets a lock waits briefly, is tried again, and says who is in the way."""

import re
import threading
import time

import pytest

from pgproof.errors import Exit, PgproofError
from pgproof.run.migrate import migrate
from tests.project import Project, in_background


@pytest.fixture
def table(project: Project) -> Project:
    """Return a project with an applied table t, impatient."""
    project.write("0001.t", "create table t (a int); insert into t values (1);")
    project.migrate()
    project.write("0002.b", "insert into t values (2);\nalter table t add column b int;")
    return project.with_settings(lock_timeout="150ms", lock_attempts=3)


def test_a_lock_never_released_is_given_up_naming_its_holder(table: Project) -> None:
    with table.connect(application_name="reports") as reader:
        reader.execute("begin")
        reader.execute("select count(*) from t")
        with pytest.raises(PgproofError) as caught:
            table.migrate()
        pid = reader.info.backend_pid
        reader.execute("rollback")
    assert caught.value.exit_code == Exit.LOCKED
    assert re.search(
        rf"0002\.b\.sql:2: .*after 3 attempts; blocked by pid {pid} \(reports, postgres, local\)"
        r".* s old, idle in transaction: select count\(\*\) from t",
        caught.value.message,
    )
    retries = table.said("retry")
    assert [retry["attempt"] for retry in retries] == [1, 2]
    assert all(f"pid {pid}" in retry["blockers"] for retry in retries)
    assert retries[1]["pause"] > 0
    assert table.query("select a from t") == [(1,)], "the insert before it was rolled back"


def test_a_lock_released_after_a_while_is_waited_for(table: Project) -> None:
    with table.connect() as reader:
        reader.execute("begin")
        reader.execute("select from t")
        with in_background(lambda: table.migrate(lock_attempts=30)) as outcome:
            while not table.said("retry") and not outcome:
                time.sleep(0.01)
            reader.execute("rollback")
    assert outcome[0].applied == ["0002.b"]
    assert table.said("retry")
    assert table.query("select a from t order by a") == [(1,), (2,)]


def test_readers_behind_a_waiting_alter_are_let_through(table: Project) -> None:
    """The point of short time-outs: the queue behind the ALTER moves at each one.

    The reader ahead of both leaves only when the one behind was through.
    """
    with table.connect() as reader:
        reader.execute("begin")
        reader.execute("select from t")
        with in_background(lambda: table.migrate(lock_attempts=30)) as outcome:
            while not table.said("statement"):
                time.sleep(0.01)
            time.sleep(0.1)
            assert table.value("select count(*) from t") == 1
            reader.execute("rollback")
    assert outcome[0].applied == ["0002.b"]


def test_a_deadlock_is_tried_again(project: Project) -> None:
    project.write("0001.t", "create table t (a int); create table u (a int);")
    project.migrate()
    project.write("0002.d", "lock table t; select pg_sleep(0.5); lock table u;")
    patient = project.with_settings(lock_timeout="10s", lock_attempts=5)
    with in_background(patient.migrate) as outcome, project.connect() as other:
        while len(patient.said("statement")) < 2:
            time.sleep(0.01)
        other.execute("begin; set local deadlock_timeout = '1min'; lock table u")
        other.execute("select 1")
        locker = threading.Thread(target=lambda: other.execute("lock table t; commit"))
        locker.start()
        locker.join()
    assert outcome[0].applied == ["0002.d"]
    assert [retry["reason"] for retry in patient.said("retry")] == ["40P01"]


def test_concurrently_waits_for_old_snapshots_without_limit(project: Project) -> None:
    """A time-out there would leave an invalid index."""
    project.write("0001.t", "create table t (a int);")
    project.migrate()
    project.write("0002.i", "-- transactional: false\ncreate index concurrently i on t (a);")
    hasty = project.with_settings(lock_timeout="50ms", lock_attempts=1)
    with project.connect() as old:
        pid = old.info.backend_pid
        old.execute("begin isolation level repeatable read")
        old.execute("select from t")
        with in_background(hasty.migrate) as outcome:
            while not hasty.said("waiting"):
                time.sleep(0.02)
            time.sleep(0.3)
            old.execute("rollback")
    assert outcome[0].applied == ["0002.i"]
    assert f"pid {pid}" in hasty.said("waiting")[0]["blockers"]


def test_in_a_journalled_file_only_the_blocked_statement_is_tried_again(table: Project) -> None:
    table.write(
        "0002.b",
        "-- transactional: false\ninsert into t values (2);\nalter table t add column b int;\n"
        "vacuum t;",
    )
    with table.connect() as reader:
        reader.execute("begin")
        reader.execute("select from t")
        with pytest.raises(PgproofError, match="statement 2"):
            table.migrate()
        assert table.states()["0002.b"] == "partial"
        reader.execute("rollback")
    assert table.migrate().applied == ["0002.b"]
    assert table.query("select a from t order by a") == [(1,), (2,)]


_STRONG = "begin; lock table pgproof.{} in access exclusive mode"


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ("_yoyo_log", "create table u ();"),
        ("_yoyo_log", "-- transactional: false\nvacuum t;"),
        ("journal", "-- transactional: false\nvacuum t;"),
    ],
)
def test_who_locks_the_ledgers_tables_is_named(table: Project, of: str, text: str) -> None:
    """The lock is taken once the file is read, and its rows are all that is left to write."""
    table.write("0002.b", text)
    with table.connect(application_name="reports") as other:
        pid = other.info.backend_pid

        def report(event: str, /, **fields: object) -> None:
            table.report(event, **fields)
            if event == "file":
                other.execute(_STRONG.format(of).encode())

        with pytest.raises(PgproofError) as caught:
            migrate(table.url, table.settings, report)
        other.execute("rollback")
    assert caught.value.exit_code == Exit.LOCKED
    assert re.search(
        rf"after 3 attempts; blocked by pid {pid} \(reports, postgres, local\), \d+ s old,"
        rf" idle in transaction: {_STRONG.format(of)}",
        caught.value.message,
    )
    assert [f"pid {pid}" in retry["blockers"] for retry in table.said("retry")] == [True, True]
    assert table.migrate().applied == ["0002.b"]


def test_a_failed_statement_is_named_although_it_cannot_be_recorded(table: Project) -> None:
    table.write("0002.b", "-- transactional: false\nselect 1 / 0;\nvacuum t;")
    with table.connect() as other:
        other.execute("begin; lock table pgproof.journal in share mode")
        with pytest.raises(PgproofError) as caught:
            table.migrate()
        other.execute("rollback")
    assert caught.value.exit_code == Exit.MIGRATION
    assert "0002.b.sql:2: statement 1: division by zero" in caught.value.message
    assert "not recorded: the ledger's tables" in caught.value.message


def test_who_keeps_yoyos_ledger_from_being_read_is_named(project: Project) -> None:
    project.write("0001.t", "select 1;")
    with project.connect(application_name="reports") as other:
        other.execute("create table _yoyo_migration (migration_hash text, migration_id text)")
        other.execute("begin; lock table _yoyo_migration")
        with pytest.raises(
            PgproofError, match=rf"pid {other.info.backend_pid} \(reports"
        ) as caught:
            project.states()
    assert caught.value.exit_code == Exit.LOCKED


def test_who_keeps_the_ledger_from_being_read_is_named(table: Project) -> None:
    with table.connect(application_name="reports") as other:
        other.execute(_STRONG.format("repeatables").encode())
        with pytest.raises(
            PgproofError, match=rf"pid {other.info.backend_pid} \(reports"
        ) as caught:
            table.states()
        assert caught.value.exit_code == Exit.LOCKED
        other.execute("rollback")
    assert table.states()["0002.b"] == "pending"
