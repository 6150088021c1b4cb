"""What of a server itself should stop a deploy is found: connections, slots, backups."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tooling.backup.world import World, world
from tests.tooling.deploy.common import found, look
from tooling.backup import follow, identity
from tooling.deploy.preflight import Given
from tooling.metrics import faults, horizon
from tooling.server import places
from tooling.server.embedded import temporary_server
from tooling.server.server import Server

SMALL = {"max_connections": "12", "max_prepared_transactions": "2", "wal_level": "logical"}
FEEDBACK = {"hot_standby_feedback": "on", "wal_receiver_status_interval": "1s"}
HORIZON = f"""
select (h.labels ->> 'holder', h.labels ->> 'name'), h.age
  from ({horizon.HORIZON}) as h (metric, labels, age)
 where h.metric = 'oldest_xmin_age'
"""


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    """Start a server of few connections, with prepared transactions and logical slots."""
    with temporary_server(SMALL) as started:
        yield started


def test_taken_connections_are_counted(small: Server) -> None:
    context = Given(small.url(), Given().settings)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        assert look("connections", admin, context) == []
        others = [psycopg.connect(small.url()) for _ in range(7)]
        words = found("connections", admin, context)
        for other in others:
            other.close()
    assert words.startswith("8 of 9 connections are taken")


def test_a_forgotten_prepared_transaction_is_named(small: Server) -> None:
    context = Given(small.url(), Given().settings)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        admin.execute("begin")
        admin.execute("create table half_done ()")
        admin.execute("prepare transaction 'transfer 7'")
        words = found("activity", admin, context)
        admin.execute("rollback prepared 'transfer 7'")
        assert look("activity", admin, context) == []
    assert words.startswith("the prepared transaction transfer 7 of postgres has held its locks")


def test_a_slot_that_nobody_uses_is_a_warning_and_a_lost_one_an_error(small: Server) -> None:
    context = Given(small.url(), Given().settings)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        assert look("replication", admin, context) == []
        admin.execute("select pg_create_physical_replication_slot('forgotten', true)")
        (severity, words), *others = look("replication", admin, context)
        assert (severity, others) == ("warning", [])
        assert words.startswith("nobody uses the slot forgotten; it keeps")
        admin.execute("alter system set max_slot_wal_keep_size = '1MB'")
        admin.execute("select pg_reload_conf()")
        for _ in range(3):
            admin.execute("select pg_logical_emit_message(true, 'x', repeat('x', 100))")
            admin.execute("select pg_switch_wal()")
        admin.execute("checkpoint")
        assert "forgotten" in found("replication", admin, context)
        admin.execute("select pg_drop_replication_slot('forgotten')")
        admin.execute("alter system reset max_slot_wal_keep_size")


@pytest.fixture
def other(small: Server) -> Iterator[str]:
    """Return the URL of a database beside the one that is checked."""
    with psycopg.connect(small.url(), autocommit=True) as admin:
        admin.execute("create database other")
        yield small.url("other")
        admin.execute("drop database other with (force)")


def test_what_holds_back_vacuum_in_another_database_is_a_warning(small: Server, other: str) -> None:
    context = Given(small.url(), Given().settings, max_age=timedelta(0))
    with psycopg.connect(small.url(), autocommit=True) as admin:
        assert look("activity", admin, context) == []
        with psycopg.connect(other) as forgotten:
            forgotten.execute("create table half_done ()")
            ((severity, words),) = look("activity", admin, context)
            assert severity == "warning"
            pid = forgotten.info.backend_pid
            assert words.startswith(f"pid {pid} (postgres in database other) has kept vacuum from")
            forgotten.execute("prepare transaction 'transfer 8'")
            ((severity, words),) = look("activity", admin, context)
            assert severity == "warning"
            assert words.startswith("the prepared transaction transfer 8 of postgres in database o")
            forgotten.autocommit = True
            forgotten.execute("rollback prepared 'transfer 8'")
        assert look("activity", admin, context) == []


def test_a_slot_and_a_standby_that_hold_back_vacuum_are_warnings(
    small: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Given(small.url(), Given().settings)
    monkeypatch.setattr("tooling.deploy.checks.activity._TRANSACTIONS", 0)
    with psycopg.connect(small.url(), autocommit=True) as admin, standby(small) as reader:
        admin.execute("select pg_create_logical_replication_slot('feed', 'pgoutput')")
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("table pg_class")
        admin.execute("create table newer ()")
        admin.execute("drop table newer")
        told = {"the standby reader has kept", "the replication slot feed has kept"}
        wait_for(
            lambda: (
                {words.partition(" vacuum")[0] for _, words in look("activity", admin, context)}
                == told
            )
        )
        held = dict(admin.execute(HORIZON).fetchall())
        assert {("standby", "reader"), ("replication slot", "feed")} <= held.keys()
        assert min(held.values()) > 0
        reader.rollback()
        reader.autocommit = True
        assert "replay-paused" not in [one.fault for one in faults.find(reader)]
        reader.execute("select pg_wal_replay_pause()")
        assert "replay-paused" in [one.fault for one in faults.find(reader)]
        reader.execute("select pg_wal_replay_resume()")
        admin.execute("select pg_drop_replication_slot('feed')")
        wait_for(lambda: look("activity", admin, context) == [])


@contextmanager
def standby(primary: Server) -> Iterator["psycopg.Connection[Any]"]:
    """Start a standby that tells its oldest transaction every second; yield a connection to it."""
    place = places.scratch_folder("eagle-server-")
    account = places.account_of(place)
    copy = Server(primary.bin_dir, place / "data", places.socket_folder(place, 5432, account))
    source = f"{primary.url()}&application_name=reader"
    subprocess.run(
        [primary.bin_dir / "pg_basebackup", "--pgdata", copy.data_dir, "--dbname", source,
         "--write-recovery-conf", "--checkpoint=fast", "--no-sync"],
        check=True, cwd="/", env=primary.environment(), **places.identity(account),
    )  # fmt: skip
    try:
        copy.start({**SMALL, **FEEDBACK})
        with psycopg.connect(copy.url()) as connection:
            yield connection
    finally:
        copy.stop("immediate")
        shutil.rmtree(place)


def test_commits_that_wait_for_nobody_and_a_slot_that_is_gone_are_errors(
    small: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meta = tmp_path / "main/meta"
    meta.mkdir(parents=True)
    (meta / "20261121T011500-backup.info").write_text("status=DONE\n")
    context = Given(small.url(), Given().settings)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        admin.execute("alter system set synchronous_standby_names = 'nobody'")
        admin.execute("select pg_reload_conf()")
        with psycopg.connect(small.url(), autocommit=True) as later:
            words = found("replication", later, context)
        assert words.startswith("synchronous_standby_names is set, and no synchronous standby")
        admin.execute("alter system reset synchronous_standby_names")
        admin.execute("select pg_reload_conf()")
        monkeypatch.setenv("TOOLING_BACKUP_HOME", str(tmp_path))
        assert found("replication", admin, context).startswith(
            "the replication slot barman is gone"
        )
        admin.execute("select pg_create_physical_replication_slot('barman')")
        ((severity, words),) = look("replication", admin, context)
        assert severity == "warning" and words.startswith("nobody uses the slot barman")
        admin.execute("select pg_drop_replication_slot('barman')")


def test_the_disk_of_a_tablespace_is_looked_at(small: Server) -> None:
    folder = small.data_dir.with_name("elsewhere")
    folder.mkdir()
    places.hand_over(folder, places.account_of(folder.parent))
    context = Given(small.url(), Given().settings, min_free=100)
    with psycopg.connect(small.url(), autocommit=True) as admin:
        admin.execute(f"create tablespace elsewhere location '{folder}'".encode())
        words = [words for _, words in look("disk", admin, context)]
        admin.execute("drop tablespace elsewhere")
    assert f"the tablespace elsewhere is in {folder}: a restore needs that folder as well" in words
    assert any(one.startswith(f"the disk of the tablespace elsewhere ({folder})") for one in words)


@pytest.fixture
def backed_up() -> Iterator[World]:
    with world() as made:
        yield made


def test_a_backup_must_be_there_fresh_checked_and_followed(backed_up: World) -> None:
    def words() -> list[str]:
        done = backed_up.tooling("preflight", "--check", "backup", "--json")
        return [one["finding"] for one in json.loads(done.stdout)["findings"]]

    assert len(words()) == 1 and words()[0].startswith("there is no backup in")
    made = backed_up.json("backup", "run")
    assert words() == []
    record = backed_up.home / "verified" / f"{made['backup_id']}.json"
    kept = record.read_text()
    record.unlink()
    assert words() == [f"backup {made['backup_id']} is not checked"]
    record.write_text(json.dumps({"at": "2026-01-01T00:00:00+00:00", "problem": "a torn file"}))
    assert words() == [f"backup {made['backup_id']} is damaged: a torn file"]
    record.write_text(kept)
    backed_up.tooling("backup", "receive", "--stop")
    wait_for(lambda: words() == ["nobody receives WAL: what is committed now is in no backup"])
    follow.demand_backup(backed_up.settings, "the receiver was reset")
    assert words()[0] == "the receiver was reset"
    follow.demand_backup(backed_up.settings, None)
    state = backed_up.home / identity.STATE
    kept = state.read_text()
    state.write_text(json.dumps({**json.loads(kept), "system": "7"}))
    (said,) = words()
    assert "are of another server: its system identifier is 7, that of this one is" in said
    state.write_text(kept)
    about = next((backed_up.home / "main/meta").glob("*-backup.info"))
    lines = about.read_text().splitlines()
    about.write_text(
        "\n".join(
            "end_time=2026-01-01 00:00:00+00:00" if line.startswith("end_time=") else line
            for line in lines
        )
    )
    assert words()[0].startswith("the newest backup is") and words()[0].endswith("not 30 hours")


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; fail after 20 seconds."""
    pause = threading.Event()
    for _ in range(40):
        if is_so():
            return
        pause.wait(0.5)
    raise AssertionError("it did not come about")
