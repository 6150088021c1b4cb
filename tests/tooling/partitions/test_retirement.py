"""Months leave by policy, whole and on record, and can come back."""

import json
from pathlib import Path

import psycopg
import pytest

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
from tooling.errors import RefusedError
from tooling.partitions import archive
from tooling.partitions import manifest as manifests
from tooling.partitions import retire as steps


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
        output, said = again.communicate()
        assert (output, said.splitlines()[1:]) == ("", ["no partition is due"])
        assert again.returncode == 0


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
            "select erased_positions from app.retired_events"
            " where account_id = %s and project_id = %s",
            account,
            project,
        )
        assert kept


def test_an_erasure_reaches_an_archived_month_once_it_is_restored(url: str, tmp_path: Path) -> None:
    left = """
        select count(*) from app.project_events
         where account_id = %s and project_id = %s and erased_at is null
           and occurred_at >= '2023-05-01' and occurred_at < '2023-06-01'"""
    with owner(url) as connection:
        steps.retire(connection, MONTH, "archive", tmp_path)
        project = rows(connection, "select account_id, project_id from app.retired_events")[0]
        before = b"".join(archive.rows(tmp_path, manifests.read(tmp_path, MONTH)))
        erase = "select app.erase_events(%s, %s, 'privacy', 'request 1')"
        one(connection, erase, *project)

        steps.restore(connection, MONTH, tmp_path)
        assert one(connection, left, *project) > 0, "the archive was reached"
        assert one(connection, erase, *project) > 0
        assert one(connection, left, *project) == 0
        assert rows(connection, VERIFY) == []

        steps.retire(connection, MONTH, "archive", tmp_path)
        after = b"".join(archive.rows(tmp_path, manifests.read(tmp_path, MONTH)))
        events = [line for line in after.splitlines() if str(project[1]).encode() in line]
        assert events and all(b"(erased)" in line for line in events)
        assert before.count(b"\n") == after.count(b"\n")
        assert rows(connection, VERIFY) == []
        steps.restore(connection, MONTH, tmp_path)
        assert one(connection, left, *project) == 0
        assert rows(connection, VERIFY) == []


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
        assert manifests.read(tmp_path, MONTH).row_count == listed["retired"][0]["row_count"]
        text = tooling(url, "list").communicate()[0]
        assert "due: archive" in text and f"{MONTH}.copy.gz" in text


def test_weeks_before_the_months_leave_and_come_back(url: str, tmp_path: Path) -> None:
    with owner(url) as connection:
        connection.execute("update ops.partition_policies set period = 'week'")
        made, err = (run := tooling(url, "ensure", "--from", "2022-12")).communicate()
        assert run.returncode == 0, err
        weeks = [f"app.project_events_y2022w{week}" for week in (48, 49, 50, 51)]
        assert made.split()[:5] == ["app.project_events_y2022m12d26", *weeks]
        account, project = rows(connection, "select account_id, project_id from app.projects")[0]
        connection.execute(
            "insert into app.project_events"
            " (account_id, project_id, event_type, actor, occurred_at)"
            " values (%s, %s, 'file.attached', 'ana', '2022-12-05 00:00+00'),"
            "        (%s, %s, 'file.attached', 'ana', '2022-12-11 23:59:59.999999+00')",
            [account, project] * 2,
        )
        before = rows(connection, EVENTS)
        connection.execute(POLICY, [months_to(connection, "2023-01-01"), "archive"])
        assert steps.due(connection) == [
            (name, "archive") for name in (*weeks, "app.project_events_y2022m12d26")
        ]
        for name, action in steps.due(connection):
            steps.retire(connection, name, action, tmp_path)
        held = rows(connection, "select row_count from ops.retired_partitions order by starts_at")
        assert [count for (count,) in held] == [0, 2, 0, 0, 0]
        assert rows(connection, VERIFY) == []
        (again, err) = (run := tooling(url, "ensure", "--from", "2022-12")).communicate()
        assert (run.returncode, again) == (0, ""), "what is retired is not made again"
        steps.restore(connection, weeks[1], tmp_path)
        assert rows(connection, EVENTS) == before
        assert rows(connection, VERIFY) == []


def test_a_table_in_the_place_of_a_retired_one_does_not_take_its_record(url: str) -> None:
    with owner(url) as connection:
        steps.retire(connection, MONTH, "detach", None)
        before = rows(connection, "select r::text from ops.retired_partitions as r")
        connection.execute(f"alter table {MONTH} rename to put_aside")
        connection.execute(
            f"create table {MONTH} partition of app.project_events"
            " for values from ('2023-05-01 00:00+00') to ('2023-06-01 00:00+00')"
        )
        with pytest.raises(psycopg.Error, match="was retired before") as refused:
            connection.execute("select ops.begin_retirement(%s, 'drop')", [MONTH])
        assert refused.value.sqlstate == "ES204"
        assert rows(connection, "select r::text from ops.retired_partitions as r") == before
