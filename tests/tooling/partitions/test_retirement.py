"""Months leave by policy, whole and on record, and can come back; whatever interrupts that."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tooling.database import connect
from tooling.errors import InputError, RefusedError
from tooling.partitions import archive
from tooling.partitions import retire as steps

MONTH = "app.project_events_y2023m05"
POLICY = "update ops.partition_policies set months_retained = %s, on_retirement = %s"
EVENTS = """
    select md5(string_agg(e::text, '' order by e.event_id)), count(*)
      from app.project_events as e"""
VERIFY = "select problem from ops.verify_event_chain()"


def owner(url: str) -> psycopg.Connection[Any]:
    connection = connect(url, autocommit=True)
    connection.execute("set role eagle_owner")
    return connection


def rows(connection: psycopg.Connection[Any], query: str, *values: object) -> list[Any]:
    return connection.execute(query, values).fetchall()


def one(connection: psycopg.Connection[Any], query: str, *values: object) -> Any:
    return rows(connection, query, *values)[0][0]


def tooling(url: str, *arguments: str) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "tooling", "partition", *arguments, "--dsn", url]
    return subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def months_to(connection: psycopg.Connection[Any], month: str) -> int:
    """Return the months_retained that makes what is before `month` (YYYY-MM-01) due."""
    query = """
        select date_part('year', a) * 12 + date_part('month', a)
          from age(date_trunc('month', now() at time zone 'UTC'), %s::timestamp) as a"""
    return int(one(connection, query, month))


def test_a_policy_retires_and_the_chains_still_verify(url: str, tmp_path: Path) -> None:
    with owner(url) as connection:
        total = one(connection, "select count(*) from app.project_events")
        retained = months_to(connection, "2023-07-01")
        connection.execute(POLICY, [retained, "archive"])
        names = [f"app.project_events_y2023m{month:02}" for month in range(1, 7)]
        assert steps.due(connection) == [(name, "archive") for name in names]

        with pytest.raises(RefusedError, match="is to be archived"):
            steps.retire(connection, names[0], "archive", None)
        assert rows(connection, "select from ops.retired_partitions") == []

        first = tooling(url, "retire", "--archive", str(tmp_path), "--json")
        out, err = first.communicate()
        assert first.returncode == 0, err
        assert [r["state"] for r in json.loads(out)["retired"]] == ["archived"] * 6
        assert f"{MONTH}: archiving" in err

        left = one(connection, "select count(*) from app.project_events")
        gone = one(connection, "select sum(row_count) from ops.retired_partitions")
        assert (left + gone, gone > 20) == (total, True)
        assert one(connection, "select to_regclass(%s)", MONTH) is None
        assert rows(connection, VERIFY) == []
        assert steps.due(connection) == []

        again = tooling(url, "retire", "--archive", str(tmp_path))
        assert (again.communicate(), again.returncode) == (("", ""), 0)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (f"alter table app.project_events detach partition {MONTH}", "removed"),
        (
            "delete from app.retired_events where (account_id, project_id, first_position) in"
            " (select account_id, project_id, first_position from app.retired_events limit 1)",
            "removed",
        ),
        ("delete from ops.retired_partitions", "retired: no recorded retirement"),
        ("update ops.retired_partitions set row_count = row_count + 1", "left with"),
        (
            "update app.retired_events set last_position = last_position + 1"
            " where first_position = 1",
            "inserted",
        ),
        (
            "update app.retired_events set last_sha256 = sha256('forged')"
            " where (account_id, project_id) in (select account_id, project_id"
            " from app.project_events where occurred_at < '2023-07-01')",
            "changed",
        ),
    ],
)
def test_what_left_without_record_is_noticed(url: str, damage: str, problem: str) -> None:
    with owner(url) as connection:
        steps.retire(connection, "app.project_events_y2023m04", "drop", None)
        assert rows(connection, VERIFY) == []
        assert connection.execute(damage).rowcount != 0
        found = [text for (text,) in rows(connection, VERIFY)]
        assert any(text.startswith(problem) or problem in text for text in found), found


@pytest.mark.parametrize("action", ["detach", "archive"])
def test_what_was_retired_comes_back_as_it_was(url: str, tmp_path: Path, action: str) -> None:
    with owner(url) as connection:
        before = rows(connection, EVENTS)
        plan = rows(connection, "select bounds from ops.partitions where partition = %s", MONTH)
        steps.retire(connection, MONTH, action, tmp_path)
        assert rows(connection, EVENTS) != before
        restored = tooling(url, "restore", MONTH, "--archive", str(tmp_path))
        out, err = restored.communicate()
        assert out == f"{MONTH} restored\n", err
        assert rows(connection, EVENTS) == before
        assert rows(connection, VERIFY) == []
        assert rows(connection, "select from app.retired_events") == []
        query = "select bounds from ops.partitions where partition = %s"
        assert rows(connection, query, MONTH) == plan
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(f"delete from {MONTH}")
        assert refused.value.sqlstate == "ES003"
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(f"truncate {MONTH}")
        assert refused.value.sqlstate == "ES003"
        connection.execute(POLICY, [months_to(connection, "2023-07-01"), "detach"])
        assert MONTH not in dict(steps.due(connection))
        with pytest.raises(RefusedError, match="is restored"):
            steps.restore(connection, MONTH, tmp_path)


def test_detached_events_stay_immutable(url: str) -> None:
    with owner(url) as connection:
        steps.retire(connection, MONTH, "detach", None)
        for command in ("delete from", "truncate", "update"):
            tail = " set actor = 'x'" if command == "update" else ""
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(f"{command} {MONTH}{tail}")
            assert refused.value.sqlstate == "ES003"


def test_erased_events_still_verify_when_their_erasure_has_left(url: str) -> None:
    with owner(url) as connection:
        account, project = rows(
            connection,
            "select account_id, project_id from app.project_events"
            " where occurred_at >= '2023-04-01' limit 1",
        )[0]
        connection.execute("select app.erase_events(%s, %s, 'p', 'r')", [account, project])
        assert rows(connection, VERIFY) == []
        erasure = one(
            connection,
            "select tableoid::regclass::text from app.project_events"
            " where account_id = %s and project_id = %s and data ? 'erased_positions'",
            account,
            project,
        )
        connection.execute("select ops.record_stretches(%s)", [erasure])
        kept = one(
            connection,
            "select erased_positions from app.retired_events where account_id = %s and project_id = %s",
            account,
            project,
        )
        assert kept


def test_a_damaged_archive_changes_nothing(url: str, tmp_path: Path) -> None:
    with owner(url) as connection:
        steps.retire(connection, MONTH, "archive", tmp_path)
        file = tmp_path / f"{MONTH}.copy.gz"
        whole = file.read_bytes()
        for damaged in (whole[: len(whole) // 2], whole[:50] + b"\0\0" + whole[52:], b""):
            file.write_bytes(damaged)
            with pytest.raises(InputError, match="not the file that the manifest describes"):
                steps.restore(connection, MONTH, tmp_path)
        file.write_bytes(whole)
        manifest = tmp_path / f"{MONTH}.json"
        text = manifest.read_text()
        manifest.write_text(text.replace('"content_sha256": "', '"content_sha256": "0'))
        with pytest.raises(RefusedError, match="not the one that this database recorded"):
            steps.restore(connection, MONTH, tmp_path)
        manifest.write_text("{")
        with pytest.raises(InputError, match="not a manifest"):
            steps.restore(connection, MONTH, tmp_path)
        manifest.write_text(text)
        assert one(connection, "select to_regclass(%s)", MONTH) is None
        assert steps.restore(connection, MONTH, tmp_path)["state"] == "restored"


def test_forged_rows_do_not_come_back(url: str, tmp_path: Path) -> None:
    """Whoever can write files and manifests still cannot change a chain."""
    with owner(url) as connection:
        steps.retire(connection, MONTH, "detach", None)
        connection.execute(f"alter table {MONTH} disable trigger all")
        connection.execute(f"update {MONTH} set sha256 = sha256('x')")
        with pytest.raises(psycopg.Error) as refused:
            steps.restore(connection, MONTH, tmp_path)
        assert refused.value.sqlstate == "ES205"
        assert rows(connection, VERIFY) == []


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
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like '%concurrently'"
        )
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


def test_the_present_cannot_be_retired_nor_what_is_no_partition(url: str) -> None:
    with owner(url) as connection:
        present = one(
            connection,
            "select partition from ops.partitions where starts_at <= now() and ends_at > now()",
        )
        for name, state in (
            (present, "ES203"),
            ("app.projects", "ES202"),
            ("app.project_payloads_two_pole_direct_burial", "ES202"),
        ):
            with pytest.raises(psycopg.Error) as refused:
                steps.retire(connection, name, "drop", None)
            assert refused.value.sqlstate == state
        steps.retire(connection, MONTH, "detach", None)
        with pytest.raises(psycopg.Error) as refused:
            connection.execute("select ops.drop_retired_partition(%s)", [MONTH])
        assert refused.value.sqlstate == "ES204"


def test_a_dry_run_and_a_list_change_nothing(url: str, tmp_path: Path) -> None:
    with owner(url) as connection:
        connection.execute(POLICY, [months_to(connection, "2023-02-01"), "archive"])
        dry = tooling(url, "retire", "--dry-run", "--archive", str(tmp_path / "none"))
        assert dry.communicate()[0] == "app.project_events_y2023m01 archive\n"
        assert not (tmp_path / "none").exists()
        steps.retire(connection, MONTH, "archive", tmp_path)
        listed = json.loads(tooling(url, "list", "--json").communicate()[0])
        assert [row["partition"] for row in listed["due"]] == ["app.project_events_y2023m01"]
        assert [row["state"] for row in listed["retired"]] == ["archived"]
        assert MONTH not in [row["partition"] for row in listed["attached"]]
        assert archive.read_manifest(tmp_path, MONTH).row_count == listed["retired"][0]["row_count"]
        text = tooling(url, "list").communicate()[0]
        assert "due: archive" in text and f"{MONTH}.copy.gz" in text


def test_a_write_without_its_month_is_refused_counted_and_tried_again(url: str) -> None:
    with owner(url) as connection:
        present = one(
            connection,
            "select partition from ops.partitions where starts_at <= now() and ends_at > now()",
        )
        connection.execute(f"alter table app.project_events detach partition {present}")
        connection.execute(f"alter table {present} rename to put_aside")
        account = one(connection, "select account_id::text from app.projects limit 1")

    def create(client: psycopg.Connection[Any]) -> None:
        with client.transaction():
            client.execute("select set_config('app.account_id', %s, true)", [account])
            client.execute("select app.create_project(%s, 'New sign', 'ana')", [account])

    with connect(url, autocommit=True) as client:
        client.execute("set role eagle_application")
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            create(client)
        diag = refused.value.diag
        assert (diag.table_name, diag.constraint_name) == ("project_events", None)
        assert "no partition of relation" in str(diag.message_primary)

        with pytest.raises(psycopg.Error) as stranger:
            client.execute("select ops.repair_partitions(%s)", [account])
        assert stranger.value.sqlstate == "ES005"
        for _ in range(2):
            with client.transaction():
                client.execute("select set_config('app.account_id', %s, true)", [account])
                assert one(client, "select ops.repair_partitions(%s)", account) is True
        create(client)
    with owner(url) as connection:
        assert rows(connection, "select relation, misses from ops.missed_months") == [
            ("app.project_events", 2)
        ]


def test_an_operator_ensures_and_the_application_may_not(url: str) -> None:
    with connect(url, autocommit=True) as connection:
        connection.execute("set role eagle_operator")
        assert rows(connection, "select * from ops.ensure_partitions()") == []
        connection.execute("set role eagle_application")
        for call in (
            "ops.ensure_partitions()",
            f"ops.begin_retirement('{MONTH}', 'drop')",
            f"ops.drop_retired_partition('{MONTH}')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select {call}")


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
