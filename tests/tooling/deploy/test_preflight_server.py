"""What of a server itself should stop a deploy is found: connections, slots, backups."""

import json
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.tooling.backup.world import World, world
from tests.tooling.deploy.common import found, look
from tooling.backup import follow, identity
from tooling.deploy.preflight import Given
from tooling.server.embedded import temporary_server
from tooling.server.server import Server


@pytest.fixture(scope="module")
def small() -> Iterator[Server]:
    """Start a server of few connections, with prepared transactions and a slot to spare."""
    settings = {"max_connections": "12", "max_prepared_transactions": "2"}
    with temporary_server(settings) as started:
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
def backed_up() -> Iterator[World]:
    with world() as made:
        yield made


def test_a_backup_must_be_there_fresh_verified_and_followed(backed_up: World) -> None:
    def words() -> list[str]:
        done = backed_up.tooling("preflight", "--check", "backup", "--json")
        return [one["finding"] for one in json.loads(done.stdout)["findings"]]

    assert len(words()) == 1 and words()[0].startswith("there is no backup in")
    made = backed_up.json("backup", "run")
    assert words() == []
    record = backed_up.home / "verified" / f"{made['backup_id']}.json"
    kept = record.read_text()
    record.unlink()
    assert words() == [f"backup {made['backup_id']} is not verified"]
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
