"""Whatever interrupts a retirement, the next run completes it."""

import threading
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.tooling.partitions.common import (
    EVENTS,
    MONTH,
    POLICY,
    VERIFY,
    months_to,
    one,
    owner,
    rows,
    tooling,
)
from tooling.partitions import retire as steps


class Mortal:
    """A connection that breaks when it is told its n-th statement."""

    def __init__(self, connection: psycopg.Connection[Any], life: int):
        self.connection, self.life = connection, life

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def _age(self) -> None:
        if self.life == 0:
            self.connection.close()
        self.life -= 1

    def execute(self, *arguments: Any) -> Any:
        self._age()
        return self.connection.execute(*arguments)

    def cursor(self, **options: Any) -> Any:
        self._age()
        return self.connection.cursor(**options)


def test_a_retirement_interrupted_anywhere_is_completed_by_the_next(
    url: str, tmp_path: Path
) -> None:
    with owner(url) as connection:
        before = rows(connection, EVENTS)
        life, survived = 0, False
        while not survived:
            mortal: Any = Mortal(owner(url), life)
            try:
                steps.retire(mortal, MONTH, "archive", tmp_path)
                survived = True
            except psycopg.Error:
                assert rows(connection, VERIFY) == []
            mortal.close()
            for name, action in [(MONTH, "archive")] if life == 0 else steps.due(connection):
                steps.retire(connection, name, action, tmp_path)
            record = rows(connection, "select state from ops.retired_partitions")
            if not survived and record:
                assert record == [("archived",)]
                assert one(connection, "select to_regclass(%s)", MONTH) is None
                assert rows(connection, VERIFY) == []
                steps.restore(connection, MONTH, tmp_path)
            assert survived or rows(connection, EVENTS) == before
            life += 1
        assert life > 10


def test_a_killed_concurrent_detachment_is_completed_and_nobody_waited(
    url: str, tmp_path: Path
) -> None:
    with owner(url) as reader, owner(url) as connection:
        reader.execute("begin isolation level repeatable read")
        before = one(reader, "select count(*) from app.project_events")
        killed = tooling(url, "retire", MONTH, "--action", "detach")
        pending = "select exists (select from pg_inherits where inhdetachpending)"
        for _ in range(300):
            if one(connection, pending):
                break
            time.sleep(0.1)
        assert one(connection, pending)
        account, project = rows(connection, "select account_id, project_id from app.projects")[0]
        connection.execute("set lock_timeout = '100ms'")
        connection.execute(
            "insert into app.project_events (account_id, project_id, event_type, actor)"
            " values (%s, %s, 'file.attached', 'ana')",
            [account, project],
        )
        assert rows(connection, VERIFY) == []
        killed.kill()
        killed.communicate()
        with psycopg.connect(url, autocommit=True) as administrator:
            ended = rows(
                administrator,
                "select pg_terminate_backend(pid, 30000) from pg_stat_activity"
                " where query like 'alter table%%concurrently'",
            )
        assert ended == [(True,)]
        assert one(reader, "select count(*) from app.project_events") == before
        reader.execute("commit")
        connection.execute("reset lock_timeout")
        assert one(connection, pending)
        assert steps.due(connection) == [(MONTH, "detach")]
        assert steps.retire(connection, MONTH, "detach", None)["state"] == "detached"
        assert not one(connection, pending)
        assert rows(connection, VERIFY) == []


def test_two_at_once_do_each_thing_once(url: str, tmp_path: Path) -> None:
    with owner(url) as connection:
        connection.execute(POLICY, [months_to(connection, "2023-04-01"), "archive"])
        both = [tooling(url, "retire", "--archive", str(tmp_path)) for _ in range(2)]
        said = [process.communicate() for process in both]
        assert [process.returncode for process in both] == [0, 0], said
        assert sorted(out.count("archived") for out, _ in said) == [0, 3]
        assert rows(connection, VERIFY) == []

        connection.execute(
            "alter table app.project_events detach partition app.project_events_y2024m01"
        )
        connection.execute("alter table app.project_events_y2024m01 rename to put_aside")
        both = [tooling(url, "ensure", "--from", "2024-01") for _ in range(2)]
        said = [process.communicate() for process in both]
        made = [out.split() for out, _ in said]
        assert [process.returncode for process in both] == [0, 0], said
        assert sorted(made) == [[], ["app.project_events_y2024m01"]]


def test_waiting_for_another_run_blocks_no_detachment(url: str) -> None:
    """The one that waits holds no snapshot that DETACH CONCURRENTLY would wait for."""
    with owner(url) as holder, owner(url) as waiter:
        entered = threading.Event()

        def wait() -> None:
            with steps.alone(waiter):
                entered.set()

        with steps.alone(holder):
            thread = threading.Thread(target=wait)
            thread.start()
            steps.retire(holder, MONTH, "detach", None)
            assert not entered.is_set()
        thread.join(timeout=10)
        assert entered.is_set()
